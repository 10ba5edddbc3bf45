"""Conversations with one text under several ids: people start from the same prompt, or shared the same chat twice.

What trains must not stand in a test set under another id. Hashes alone leave this module, never a text.
"""

import hashlib
import re
from collections.abc import Iterable
from functools import cache

from economic_index.labels.corpus import open_parts
from economic_index.labels.label_sets import load_sets

MIN_CHARACTERS = 30
"""A shorter first turn ("hello") says nothing: then the whole first part must be the same."""


def text_keys(ids: Iterable[str]) -> set[str]:
    """The keys of these conversations' texts; twins share one."""
    return {text_key(name) for name in ids}


@cache
def text_key(name: str) -> str:
    """Hash of a conversation's first turn, letters and digits alone, whatever their case."""
    turns = [" ".join(re.findall(r"\w+", turn.text.casefold())) for turn in open_parts()[name].turns]
    text = turns[0] if turns and len(turns[0]) >= MIN_CHARACTERS else "\n".join(turns)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


@cache
def tested_ids() -> frozenset[str]:
    """The conversations of all test sets."""
    return frozenset(name for each in load_sets() if each.purpose == "test" for name in each.ids)
