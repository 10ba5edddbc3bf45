"""Which conversations are asked a second time: drawn by their content, so that a new one changes nothing for others."""

import hashlib

import pandas as pd

from economic_index.vocabulary import Algorithm

LEAST_COMPARED = 50
"""Conversations below which agreement says too little to build a hierarchy for it (method: section 5.5)."""


def is_drawn(contents: pd.Series, share: float) -> pd.Series:
    """Whether each content is in a sample of this share; a smaller sample is part of a larger one."""
    return contents.map(_place).lt(share).astype(bool)


def wants_hierarchy(algorithm: Algorithm, share: float, conversations: int) -> bool:
    """Whether tasks are found by a hierarchy, or enough conversations are drawn to compare the algorithms."""
    return algorithm is not Algorithm.CHOICE or share * conversations >= LEAST_COMPARED


def _place(content: str) -> float:
    """A number from 0 to 1 that the content alone decides."""
    return int.from_bytes(hashlib.sha256(f"asked again\x1f{content}".encode()).digest()[:6], "big") / 2**48
