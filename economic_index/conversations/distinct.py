"""Ids counted once each, in little memory: a set of strings takes five times as much."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

_MIN_WAITING = 10_000


class DistinctIds:
    """Ids in ASCII; `len` tells how many there are."""

    def __init__(self) -> None:
        self._kept: NDArray[np.bytes_] = np.array([], dtype=np.bytes_)
        self._waiting: list[NDArray[np.bytes_]] = []
        self._waiting_count = 0

    def add(self, ids: Iterable[str]) -> None:
        """Take in some, known or not."""
        self._waiting.append(np.array(list(ids), dtype=np.bytes_))
        self._waiting_count += len(self._waiting[-1])
        if self._waiting_count > max(_MIN_WAITING, len(self._kept) // 2):
            self._merge()

    def __len__(self) -> int:
        self._merge()
        return len(self._kept)

    def _merge(self) -> None:
        if self._waiting:
            self._kept = np.unique(np.concatenate([self._kept, *self._waiting]))
            self._waiting, self._waiting_count = [], 0
