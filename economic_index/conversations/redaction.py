"""Takes what looks like an address, a number or a key out of a text before it is kept; names are not promised.

Patterns and check digits only: no model, nothing is fetched. Which sources are redacted is sources.toml's.
"""

import ipaddress
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from economic_index.conversations.transcript import SEPARATOR, Transcript

KINDS = ("key", "email", "iban", "card", "ip", "phone")
"""In the order in which they are looked for: a key may hold an @, a number of an account looks like a telephone's."""

_KEY = re.compile(
    rf"""-----BEGIN\ [A-Z0-9 ]{{0,40}}PRIVATE\ KEY(?:\ BLOCK)?-----  # to its end, or as far as the text goes
        [^{SEPARATOR}]*?(?:-----END\ [A-Z0-9 ]{{0,40}}PRIVATE\ KEY(?:\ BLOCK)?-----|(?={SEPARATOR})|\Z)
    | \beyJ[\w-]{{8,}}\.eyJ[\w-]{{8,}}\.[\w-]*                            # JSON web token
    | \b(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{{16}}\b                           # AWS
    | \bsk-[\w-]{{20,}}                                                   # OpenAI, Anthropic and others
    | \b(?:sk|rk|pk)_(?:live|test)_\w{{16,}}                              # Stripe
    | \bgh[pousr]_[A-Za-z0-9]{{36,}}|\bgithub_pat_\w{{22,}}|\bglpat-[\w-]{{20,}}
    | \bxox[abeprs]-[\w-]{{10,}}                                          # Slack
    | \bAIza[\w-]{{35}}                                                   # Google
    | \bhf_[A-Za-z0-9]{{30,}}|\bnpm_[A-Za-z0-9]{{36}}|\bpypi-[\w-]{{50,}}
    """,
    re.VERBOSE | re.ASCII,
)
_EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%'-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w@])")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,3})?\b", re.ASCII)
_CARD = re.compile(r"(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-])", re.ASCII)
_IP = re.compile(
    r"""(?<![\w.:])(?:
        \d{1,3}(?:\.\d{1,3}){3}(?!\w|\.\d)
      | (?=[A-Fa-f:]*\d)(?=(?:[0-9A-Fa-f]{0,4}:){3})[0-9A-Fa-f:]{4,39}(?:\.\d{1,3}){0,3}(?![\w:])  # std::vec is none
    )""",
    re.VERBOSE | re.ASCII,
)
_PHONE = re.compile(r"(?<![\w.@/-])(?:\+|\(|00)?\d[\d ()./-]{5,22}\d(?![\w@])", re.ASCII)
Check = Callable[[str], bool]


class RedactionUnavailable(Exception):
    """A kind was asked for whose library is not installed; the message says how to install it."""


@dataclass
class Redactor:
    """Redacts the kinds that a source names. `counts` takes how many of each were found."""

    kinds: Sequence[str]
    phone_region: str | None = None
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Raises RedactionUnavailable."""
        checks: dict[str, tuple[re.Pattern[str], Check]] = {
            "key": (_KEY, lambda found: True),
            "email": (_EMAIL, lambda found: True),
            "iban": (_IBAN, _is_iban),
            "card": (_CARD, _is_card),
            "ip": (_IP, _is_address),
        }
        if "phone" in self.kinds:
            checks["phone"] = (_PHONE, _telephones(self.phone_region))
        self._checks = [(kind, *checks[kind]) for kind in KINDS if kind in self.kinds]

    def redact(self, transcript: Transcript) -> Transcript:
        """The same messages, with a placeholder such as <EMAIL> where something was found."""
        joined = transcript.data.decode()
        redacted = self.text(joined)
        if redacted is joined:
            return transcript
        data = redacted.encode()
        return transcript._replace(
            data=data,
            char_count=transcript.char_count - len(joined) + len(redacted),
            is_ascii=len(data) == len(redacted),
        )

    def text(self, text: str) -> str:
        """The text with placeholders."""
        for kind, pattern, is_one in self._checks:
            if kind == "email" and "@" not in text:
                continue
            text = self._replaced(text, kind, pattern, is_one)
        return text

    def _replaced(self, text: str, kind: str, pattern: re.Pattern[str], is_one: Check) -> str:
        found = [match.span() for match in pattern.finditer(text) if is_one(match[0])]
        if not found:
            return text
        self.counts[kind] += len(found)
        parts, last = [], 0
        for start, end in found:
            parts += [text[last:start], f"<{kind.upper()}>"]
            last = end
        return "".join([*parts, text[last:]])


def _is_card(text: str) -> bool:
    """The Luhn check digit (ISO/IEC 7812-1), and a first digit that payment cards have."""
    digits = [int(each) for each in text if each.isdigit()]
    doubled = [sum(divmod(2 * each, 10)) for each in digits[-2::-2]]
    return digits[0] in {2, 3, 4, 5, 6} and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _is_iban(text: str) -> bool:
    """The check digits of ISO 13616: the number, letters as 10 to 35, is 1 modulo 97."""
    plain = text.replace(" ", "")
    if not 15 <= len(plain) <= 34:
        return False
    return int("".join(str(int(each, 36)) for each in plain[4:] + plain[:4])) % 97 == 1


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _telephones(region: str | None) -> Check:
    try:
        import phonenumbers
    except ImportError:
        raise RedactionUnavailable(
            'redact = ["phone"] needs the library phonenumbers: pip install "open-economic-index[redact]".'
        ) from None
    return partial(_is_telephone, phonenumbers, region)


def _is_telephone(library: object, region: str | None, text: str) -> bool:
    """A valid number of the region's, or of any where the text says the country."""
    try:
        number = library.parse(text, region)  # type: ignore[attr-defined]
    except library.NumberParseException:  # type: ignore[attr-defined]
        return False
    return bool(library.is_valid_number(number))  # type: ignore[attr-defined]
