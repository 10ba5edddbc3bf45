"""What becomes of a text from a log before it is kept, and before it is hashed (log_formats §16).

Nothing is guessed: encodings are not detected, mojibake is not repaired, and no text is cut.
"""

import re
import unicodedata

import numpy as np
from numpy.typing import NDArray

_CONTROL_BYTES = bytes(code for code in range(32) if code not in b"\t\n")
_SURROGATE = re.compile("[\ud800-\udfff]")
_OTHER_CONTROL = re.compile("[\x01-\x08\x0b-\x1f]")
_MARKS = [  # U+200B-F, U+202A-E, U+2060-9, U+FEFF, U+00AD: zero-width and bidirectional; found faster as bytes
    re.compile(pattern)
    for pattern in (rb"\xe2\x80[\x8b-\x8f\xaa-\xae]", rb"\xe2\x81[\xa0-\xa9]", rb"\xef\xbb\xbf", rb"\xc2\xad")
]
_SPACE = re.compile(r"\s+")
_SPACES = bytes(32 if chr(code).isspace() and code < 128 else code for code in range(256))
_WIDE_SPACES = [
    re.compile(pattern)
    for pattern in (
        rb"\xc2[\x85\xa0]",
        rb"\xe1\x9a\x80",
        rb"\xe2\x80[\x80-\x8a\xa8\xa9\xaf]",
        rb"\xe2\x81\x9f",
        rb"\xe3\x80\x80",
    )
]
_SURROGATE_BYTES = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")


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
    return len(data) - len(data.translate(None, _CONTROL_BYTES)) == separator_count


def fold_for_hash(text: str) -> str:
    """NFC, without zero-width and bidirectional marks: equal for texts that read the same."""
    if text.isascii():
        return text
    return _fold(text).decode("utf-8", "surrogatepass")


def folded_words(text: str) -> bytes:
    """Folded for hashing, as UTF-8: words with one space between, lone surrogates as question marks.

    In bytes, because words need not become objects one by one.
    """
    if text.isascii():
        data = text.encode().translate(_SPACES)
    else:
        data = _SURROGATE_BYTES.sub(b"?", _fold(text)).translate(_SPACES)
        for space in _WIDE_SPACES:
            data = space.sub(b" ", data)
    while b"  " in data:
        data = data.replace(b"  ", b" ")
    return data.strip(b" ")


def fold_bytes_for_hash(data: bytes) -> bytes:
    """The same over UTF-8; most texts hold no character that folding could change, and stay as they are."""
    return data if is_folded(data) else _fold(data.decode())


def _fold(text: str) -> bytes:
    data = unicodedata.normalize("NFC", text).encode("utf-8", "surrogatepass")
    for mark in _MARKS:
        data = mark.sub(b"", data)
    return data


def is_folded(data: bytes) -> bool:
    """Whether UTF-8 text surely folds to itself, told by the first bytes of its characters; may say no in vain."""
    codes = np.frombuffer(data, dtype=np.uint8)
    places = np.flatnonzero(codes >= 0xC2)
    pairs = codes[places].astype(np.uint16) << 8 | codes[places + 1]
    if not _FOLDED_PAIRS[pairs].all():
        return False
    punctuation = places[pairs == 0xE280]
    return bool(_FOLDED_PUNCTUATION[codes[punctuation + 2]].all())


def _folded_pairs() -> NDArray[np.bool_]:
    """By first and second byte: blocks without combining, composing, singleton, zero-width or bidi characters."""
    table = np.zeros((256, 256), dtype=bool)
    table[0xC2:0xCC] = True  # Latin
    table[0xCE:0xD2] = True  # Greek, Cyrillic
    table[0xCE, 0x87] = False
    table[0xE2:0xEA] = True  # punctuation, symbols, kana, Han
    table[0xEA, 0xB0:] = True  # Hangul syllables
    table[0xEB:0xEE] = True
    table[0xEF, 0xBC:] = True  # full width
    table[0xF0, 0x9F] = True  # emoji
    table[0xC2, 0xAD] = False  # soft hyphen
    table[0xE2, [0x81, 0x83, 0x84, 0x8C, 0xAB, 0xB3, 0xB5, 0xB7]] = False
    table[0xE3, [0x80, 0x82]] = False
    return table.reshape(-1)


def _folded_punctuation() -> NDArray[np.bool_]:
    """By third byte of U+2000 to U+203F: all but two singletons, zero-width and bidi marks."""
    table = np.ones(256, dtype=bool)
    table[[0x80, 0x81, *range(0x8B, 0x90), *range(0xAA, 0xAF)]] = False
    return table


_FOLDED_PAIRS, _FOLDED_PUNCTUATION = _folded_pairs(), _folded_punctuation()


def fold_space(text: str) -> str:
    """Folded for hashing, with every run of white space one space."""
    return _SPACE.sub(" ", fold_for_hash(text)).strip()
