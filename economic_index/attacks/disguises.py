"""Ways to write a text so that a filter overlooks it and a model may still read it.

Made apart from the tables of the defence, so that one can be tested by the other.
"""

import base64
import codecs
from collections.abc import Callable

_PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CYRILLIC = str.maketrans("aceiopxsytABCEHKMOPTXS", "асеіорхѕутАВСЕНКМОРТХЅ")
CYRILLIC_TWINS = {code: char for char, code in _CYRILLIC.items()}
"""Back again: the Latin letter that each looks like."""
_LEET = str.maketrans("aeiostAEIOST", "431057431057")
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_ENTITIES = str.maketrans({"<": "&lt;", ">": "&gt;", '"': "&quot;", ":": "&#58;", "[": "&#91;"})


def _alphabet(capitals: int, small: int) -> dict[int, int]:
    starts = {True: capitals - ord("A"), False: small - ord("a")}
    return {ord(char): ord(char) + starts[char.isupper()] for char in _PLAIN}


_MATHEMATICAL = _alphabet(0x1D400, 0x1D41A)
_CIRCLED = _alphabet(0x24B6, 0x24D0)


def _between(text: str, mark: str) -> str:
    """The mark after each letter."""
    return "".join(char + mark if char.isalpha() else char for char in text)


def _as_selector(byte: int) -> str:
    return chr(0xFE00 + byte if byte < 16 else 0xE0100 + byte - 16)


def _bits(text: str, zero: str, one: str) -> str:
    return "".join(one if bit == "1" else zero for byte in text.encode() for bit in f"{byte:08b}")


DISGUISES: dict[str, Callable[[str], str]] = {
    "plain": lambda text: text,
    "cyrillic": lambda text: text.translate(_CYRILLIC),
    "full_width": lambda text: text.translate(_FULL_WIDTH),
    "mathematical": lambda text: text.translate(_MATHEMATICAL),
    "accented": lambda text: _between(text, "\u0301"),
    "circled": lambda text: text.translate(_CIRCLED),
    "spaced": lambda text: _between(text, " "),
    "tags": lambda text: "".join(chr(0xE0000 + ord(char)) for char in text if char.isascii()),
    "selectors": lambda text: "".join(map(_as_selector, text.encode())),
    "zero_width_bits": lambda text: _bits(text, "\u200b", "\u200c"),
    "joined": lambda text: _between(text, "\u200d"),
    "controls": lambda text: _between(text, "\x08"),
    "overridden": lambda text: "\u202e" + text[::-1] + "\u202c",
    "blanks": lambda text: _bits(text, " ", "\t"),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "rot13": lambda text: codecs.encode(text, "rot13"),
    "hexadecimal": lambda text: text.encode().hex(" "),
    "leet": lambda text: text.translate(_LEET),
    "reversed": lambda text: text[::-1],
    "entities": lambda text: text.translate(_ENTITIES),
}
"""By name."""
