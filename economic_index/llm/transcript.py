"""Renders a conversation as the fenced block that a model is shown: cleaned, neutralised, within a budget of tokens.

A pure function of the messages: no prompt is worded here, and a rendering is as private as its conversation.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from economic_index.llm.budget import CHARS_PER_TOKEN, Turn, estimate_tokens, fit
from economic_index.llm.folding import fold_code, fold_encoded, is_foldable
from economic_index.llm.neutralise import FENCE_TAGS, clean, neutralise
from economic_index.vocabulary import Role

__all__ = ["RENDERING_VERSION", "Rendered", "estimate_tokens", "fence_text", "render_transcript"]

RENDERING_VERSION = "1"
"""Raised with every change that can change the rendering of a conversation, here or in what is used here."""
TAG, ID_LENGTH = "transcript", 12
ATTACHMENT = "\n[attachment]"
# Of a text no more is read than so many characters from each end per token of the budget; what folding and cleaning
# take away is more than made up for, and a text of 10 MB costs no more than one of 100 kB.
READ_PER_TOKEN = 6
TURN_COST = 16  # characters: a turn's mark is read, too
LEAST_BUDGET = 200
# Clean texts are neutralised together; these are control characters, so that no clean text holds them.
_BETWEEN, _UNREAD = "\n\x1f\n", "\x1e"


@dataclass(frozen=True)
class Rendered:
    """A conversation as a model is shown it.

    `hidden_count` counts control, bidirectional, zero-width and tag characters taken out of what was read;
    `is_cut` says that turns or parts of turns were left out; `is_empty` that nothing but white space is left, so
    that no request is to be made; `token_estimate` is of the whole text, fence included.
    """

    fence_id: str
    text: str = field(repr=False)
    hidden_count: int
    is_cut: bool
    token_estimate: int
    is_empty: bool


def render_transcript(messages: Sequence[Mapping[str, Any]], salt: bytes, token_budget: int = 4_000) -> Rendered:
    """The conversation, turn by turn, in a fence whose id only the salt's holder can foretell.

    A message has `role` (user, assistant), `text` and `has_attachment`.

    Raises:
        ValueError: the budget is below 200 tokens.
    """
    if token_budget < LEAST_BUDGET:
        raise ValueError(f"A transcript needs at least {LEAST_BUDGET} tokens, not {token_budget}.")
    turns, hidden_count, is_empty = _turns(messages, token_budget * READ_PER_TOKEN)
    fence_cost = estimate_tokens(_fenced("", TAG, "0" * ID_LENGTH)) + 1
    shown, is_cut = fit(turns, token_budget - fence_cost)
    inner = "\n".join(shown)
    fence_id = _fence_id(inner, salt)
    text = _fenced(inner, TAG, fence_id)
    is_cut = is_cut or any(turn.unread for turn in turns)
    return Rendered(fence_id, text, hidden_count, is_cut, estimate_tokens(text), is_empty)


def fence_text(text: str, salt: bytes, tag: str) -> str:
    """A text that a model wrote, for a later prompt: cleaned, neutralised, and in a fence of its own.

    Raises:
        ValueError: the tag is none that texts are kept from imitating.
    """
    if tag not in FENCE_TAGS:
        raise ValueError(f"A text may be fenced as one of {', '.join(FENCE_TAGS)}, not as {tag}.")
    cleaned, _ = clean(text)
    inner = neutralise(cleaned.strip())
    return _fenced(inner, tag, _fence_id(inner, salt))


def _fence_id(inner: str, salt: bytes) -> str:
    return hmac.new(salt, inner.encode(), hashlib.sha256).hexdigest()[:ID_LENGTH]


def _fenced(inner: str, tag: str, fence_id: str) -> str:
    return f'<{tag} id="{fence_id}">\n{inner}\n</{tag} id="{fence_id}">'


def _turns(messages: Sequence[Mapping[str, Any]], limit: int) -> tuple[list[Turn], int, bool]:
    """Clean turns, how many hidden characters were taken out, and whether nothing is left."""
    places, skipped = _read_places(messages, limit)
    read = _cleaned_all([messages[place]["text"] for place in places], limit)
    texts = neutralise(_BETWEEN.join([text for text, _, _ in read])).split(_BETWEEN) if read else []
    turns: list[Turn] = []
    for place, text, (_, _, unread) in zip(places, texts, read, strict=True):
        message = messages[place]
        mark = f"[{message['role']} {place + 1}]" + (ATTACHMENT if message.get("has_attachment") else "")
        turns.append(Turn(mark, _with_mark(text, unread), message["role"] == Role.USER, unread))
    is_empty = not any(texts) and not any(turn.mark.endswith(ATTACHMENT) for turn in turns)
    if skipped:
        between = next(place for place, number in enumerate(places) if number >= skipped.stop)
        tokens = sum(len(messages[place]["text"]) for place in skipped) / CHARS_PER_TOKEN
        turns.insert(between, Turn("", "", False, tokens, len(skipped)))
    return turns, sum(count for _, count, _ in read), is_empty


def _read_places(messages: Sequence[Mapping[str, Any]], limit: int) -> tuple[list[int], range]:
    """Which messages are read, and the range between them that is not: as many from each end as have the limit."""
    head = tail = 0
    start, stop = 0, len(messages)
    while start < stop and head < limit:
        head += len(messages[start]["text"]) + TURN_COST
        start += 1
    while stop > start and tail < limit:
        stop -= 1
        tail += len(messages[stop]["text"]) + TURN_COST
    return [*range(start), *range(stop, len(messages))], range(start, stop)


def _cleaned_all(texts: Sequence[str], limit: int) -> list[tuple[str, int, float]]:
    """Each text as `_cleaned` gives it; most conversations need nothing of all that, which one look tells."""
    if sum(map(len, texts)) <= limit:
        whole = "\n".join(texts)
        if clean(whole) == (whole, 0) and not is_foldable(whole):
            return [(text.strip(), 0, 0.0) for text in texts]
    return [_cleaned(text, limit) for text in texts]


def _cleaned(text: str, limit: int) -> tuple[str, int, float]:
    """A text without hidden characters, long code and encoded data folded; how many were hidden, and what is unread.

    A text that is too long is read from both ends, and about how many tokens lie between is the last value.
    """
    if len(text) > 2 * limit:
        text = text.strip()  # else only once clean: some hidden characters count as white space, and are counted
    unread = len(text) - 2 * limit
    parts = [text] if unread <= 0 else [text[:limit], text[-limit:]]
    cleaned, counts = zip(*map(clean, parts), strict=True)
    whole = fold_encoded(fold_code(_UNREAD.join(cleaned).strip()))
    return whole, sum(counts), max(unread, 0) / CHARS_PER_TOKEN


def _with_mark(text: str, unread: float) -> str:
    """What was not read is told inside a line, so that what follows begins no line."""
    return text.replace(_UNREAD, f" [… about {round(unread)} tokens left out …] ") if unread else text
