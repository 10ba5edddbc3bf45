"""Makes a foreign text harmless to the marks of a prompt: nothing hidden in it, nothing that passes for a mark.

Words are never judged or left out here: what a text says is for the model, which is told that it is data.
"""

import re

from economic_index.llm.lookalikes import HIDDEN_ASCII, codes_of, hidden, skeletons, text_of

BREAK = "·"
"""Stands in every imitation of a mark: after its bracket, before its colon."""
FENCE_TAGS = ("transcript", "request", "task_evidence", "evidence", "options")
"""Tags that may fence a foreign text; none of them passes from inside it."""
_LINE_ENDS = str.maketrans({"\r": "\n", "\u2028": "\n", "\u2029": "\n", "\x85": "\n"})
_LINE_END = re.compile("[\r\u2028\u2029\x85]")

_LEET = {"a": "a4@", "e": "e3", "i": "i1l!|", "o": "o0", "s": "s5$", "t": "t7+"}
# Between two letters of a word: spaces, dots, hyphens, combining marks; not many, and never across a line's mark.
_GAP = rf"[^a-z0-9\n<\[{BREAK}]{{0,3}}"


def _spaced(word: str) -> str:
    return _GAP.join(f"[{re.escape(_LEET.get(letter, letter))}]" for letter in word)


def _any_of(*words: str) -> str:
    return "(?:" + "|".join(map(_spaced, words)) + ")"


_TAGS = _any_of(*(tag.replace("_", "") for tag in FENCE_TAGS), "system", "assistant", "human")
# A bracket, as itself or encoded. One set of characters comes first, as that is found fast.
_OPENER = r"[<&\\%](?:(?<=<)|(?<=&)(?:lt|#0{0,4}60|#x0{0,4}3c);?|(?<=\\)(?:u00|x)3c|(?<=%)3c)"
# Any tag that we write, opening or closing, with whatever lies between bracket and name; the closing one in other
# brackets, too; and the marks by which chat templates begin a turn.
_FENCE = re.compile(rf"{_OPENER}(?=[^a-z0-9<{BREAK}]*{_TAGS}|\|[a-z_]{{1,20}}\||<sys>)")
_CLOSING = re.compile(rf"[\[{{(](?=[^\w\n{BREAK}]{{0,3}}/[^\w\n{BREAK}]{{0,3}}{_spaced('transcript')})")
_ROLES = _any_of("user", "assistant", "system", "human", "developer")
_INDENT = r"\n[^\w\n]*"
_ROLE = rf"{_ROLES}[^\w\n{BREAK}]{{0,4}}(?:\d|\])"
_LEFT_OUT = r"(?:…|\.\.\.)\W{0,3}\d+ turns"
_BRACKET = rf"{_INDENT}?\[(?=[^\w{BREAK}]{{0,3}}(?:{_ROLE}|attachment|inst\]|{_LEFT_OUT}))"
_ROLE_MARK = re.compile(_BRACKET)
_SPEAKER = re.compile(rf"{_INDENT}{_ROLES}[^\w\n{BREAK}:]{{0,4}}\d{{0,4}}[^\w\n{BREAK}:]{{0,2}}(?=:)")
# Our sentences that a transcript, or a list, has ended; whatever else has ended gets the mark in vain.
_OVER = re.compile(rf"{_spaced('has')}(?={_GAP}{_spaced('ended')})")
_IMITATIONS = (_FENCE, _CLOSING, _ROLE_MARK, _SPEAKER, _OVER)


def clean(text: str) -> tuple[str, int]:
    """The text without control, bidirectional, zero-width and tag characters, and how many there were.

    Line ends of every kind become newlines, which counts as nothing.
    """
    if text.isascii():
        data = text.encode()
        if len(data) == len(data.translate(None, HIDDEN_ASCII)):
            return text, 0
    if _LINE_END.search(text):
        text = text.replace("\r\n", "\n").translate(_LINE_ENDS)
    codes = codes_of(text)
    is_hidden = hidden()[codes]
    count = int(is_hidden.sum())
    return (text_of(codes[~is_hidden]), count) if count else (text, 0)


def neutralise(text: str) -> str:
    """The clean text with a visible mark in all that looks like a fence, a role mark, a speaker or our last line.

    Looked at in small letters, with letters of other alphabets, leet and spacing read as what they imitate.
    """
    skeleton = "\n" + (text.lower() if text.isascii() else text_of(skeletons()[codes_of(text)]))
    found = (mark.end() for pattern in _IMITATIONS for mark in pattern.finditer(skeleton))
    places = sorted(place - 1 for place in found)
    if not places:
        return text
    ends = [*places[1:], len(text)]
    return text[: places[0]] + "".join(BREAK + text[start:end] for start, end in zip(places, ends, strict=True))
