"""What becomes of a text from a log before it is kept, and before it is hashed (log_formats §16).

Nothing is guessed: encodings are not detected, mojibake is not repaired, and no text is cut.
"""

import re
import unicodedata

import numpy as np

_SURROGATE = re.compile("[\ud800-\udfff]")
_OTHER_CONTROL = re.compile("[\x01-\x08\x0b-\x1f]")
_FOLDED = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
_FOLDED_BYTES = [
    re.compile(pattern)
    for pattern in (rb"\xe2\x80[\x8b-\x8f\xaa-\xae]", rb"\xe2\x81[\xa0-\xa9]", rb"\xef\xbb\xbf", rb"\xc2\xad")
]
_SPACE = re.compile(r"\s+")


def clean(text: str) -> tuple[str, bool]:
    """The text as it is kept, and whether characters had to be repaired (line ends do not count).

    Surrogate pairs are joined, lone surrogates become U+FFFD, NUL is dropped, CRLF becomes LF, and other
    control characters except tab and newline become a space. U+2028 and private-use characters stay.
    """
    repaired = False
    if not text.isascii() and _SURROGATE.search(text):
        text, repaired = join_surrogates(text), True
    text = text.replace("\r\n", "\n")
    if "\x00" in text:
        text, repaired = text.replace("\x00", ""), True
    if _OTHER_CONTROL.search(text):
        text, repaired = _OTHER_CONTROL.sub(" ", text), True
    return text, repaired


def join_surrogates(text: str) -> str:
    """Split pairs joined, lone surrogates as U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def is_clean(data: bytes, separator_count: int = 0) -> bool:
    """Whether UTF-8 text holds no control byte but tab, newline and so many separators.

    The quick test that spares most texts the slow one.
    """
    control_count = int(np.count_nonzero(np.frombuffer(data, dtype=np.uint8) < 32))
    return control_count == data.count(b"\n") + data.count(b"\t") + separator_count


def fold_for_hash(text: str) -> str:
    """NFC, without zero-width and bidirectional marks: equal for texts that read the same."""
    if text.isascii():
        return text
    return _FOLDED.sub("", unicodedata.normalize("NFC", text))


def fold_bytes_for_hash(data: bytes) -> bytes:
    """The same over UTF-8; marks are looked for in bytes first, because most texts have none."""
    text = unicodedata.normalize("NFC", data.decode())
    if any(pattern.search(data) for pattern in _FOLDED_BYTES):
        text = _FOLDED.sub("", text)
    return text.encode()


def fold_space(text: str) -> str:
    """Folded for hashing, with every run of white space one space."""
    return _SPACE.sub(" ", fold_for_hash(text)).strip()
