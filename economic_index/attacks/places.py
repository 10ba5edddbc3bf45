"""Where in a conversation a payload is put, and how a conversation is blown up before.

A conversation is a list of texts here, the user's first; no payload is worded here.
"""

from collections.abc import Callable
from functools import cache

Texts = tuple[str, ...]
SLOT = "{here}"
ANSWER = "All right."
LONG_CHARS, MANY_TURNS = 10_000_000, 2_000


def without_slot(texts: Texts) -> Texts:
    """The conversation with nothing at the place for a payload."""
    return tuple(text.replace(f"\n{SLOT}\n", "\n").replace(SLOT, "") for text in texts)


def _edited(texts: Texts, place: int, text: str) -> Texts:
    return (*texts[:place], text, *texts[place + 1 :])


def _before(texts: Texts, payload: str) -> Texts:
    return _edited(texts, 0, f"{payload}\n{texts[0]}")


def _behind(texts: Texts, place: int, payload: str) -> Texts:
    return _edited(texts, place, f"{texts[place]}\n{payload}")


def _turn(texts: Texts, payload: str) -> Texts:
    """A request of its own, after the last answer."""
    return (*texts, payload) if len(texts) % 2 == 0 else (*texts, ANSWER, payload)


def _split(texts: Texts, payload: str) -> Texts:
    """A request for each line, with an answer between."""
    for line in payload.split("\n"):
        texts = _turn(texts, line)
    return texts


def _middle(texts: Texts, payload: str) -> Texts:
    """In the middle of the text if it is long, else of the turns."""
    if len(texts) < MANY_TURNS:
        half = len(texts[0]) // 2
        return _edited(texts, 0, f"{texts[0][:half]}\n{payload}\n{texts[0][half:]}")
    return _behind(texts, len(texts) // 4 * 2, payload)


def _everywhere(texts: Texts, payload: str) -> Texts:
    return tuple(text if place % 2 else f"{text}\n{payload}" for place, text in enumerate(texts))


PLACES: dict[str, Callable[[Texts, str], Texts]] = {
    "before": _before,
    "after": lambda texts, payload: _behind(texts, 0, payload),
    "last": lambda texts, payload: _behind(texts, (len(texts) - 1) // 2 * 2, payload),
    "reply": lambda texts, payload: _behind(texts, len(texts) // 2 * 2 - 1, payload),
    "turn": _turn,
    "split": _split,
    "here": lambda texts, payload: tuple(text.replace(SLOT, payload) for text in texts),
    "only": lambda texts, payload: _edited(texts, 0, payload),
    "middle": _middle,
    "everywhere": _everywhere,
}
"""By name: puts the payload into the conversation."""


@cache
def _long(texts: Texts) -> Texts:
    """The first request again and again, 10 MB of it; cached, so that twins share the memory."""
    line = texts[0] + "\n"
    return _edited(texts, 0, line * (LONG_CHARS // len(line.encode()) + 1))


def _many_turns(texts: Texts) -> Texts:
    return (texts * (MANY_TURNS // len(texts) + 1))[:MANY_TURNS]


SHAPES: dict[str, Callable[[Texts], Texts]] = {
    "as_it_is": lambda texts: texts,
    "long": _long,
    "many_turns": _many_turns,
}
"""By name: what becomes of a conversation before the payload is put in."""
