"""Brackets of a JSON byte stream and their depth, chunk by chunk, wherever the stream is cut.

Nothing is parsed here: splitter.py cuts records out of the stream, repair.py parses them.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

QUOTE, BACKSLASH, OPENING = 0x22, 0x5C, 0x02
MAX_ESCAPE_STEPS = 8


class Brackets(NamedTuple):
    """Brackets outside strings: their positions in the chunk, whether they open, the depth after each."""

    positions: NDArray[np.int64]
    is_open: NDArray[np.bool_]
    depths: NDArray[np.int64]


class StructureScan:
    """The state that a cut leaves behind: inside a string or not, after an odd backslash or not, how deep."""

    def __init__(self) -> None:
        self.is_in_string = False
        self.is_escaped = False
        self.depth = 0

    def scan(self, chunk: bytes) -> Brackets:
        """The brackets of the next chunk; state moves to its end."""
        codes = np.frombuffer(chunk, dtype=np.uint8)
        # '[' ']' '{' '}' become 0 or 2 in one pass: { and [ differ in bit 5, opening and closing in bit 1
        folded = (codes | 0x20) - np.uint8(0x7B)
        positions = np.flatnonzero((folded & 0xFD) == 0)
        quotes = self._string_ends(chunk, codes)
        if len(quotes) or self.is_in_string:
            parity = (np.searchsorted(quotes, positions) + self.is_in_string) & 1
            positions = positions[parity == 0]
        is_open = folded[positions] == 0
        depths = np.cumsum(np.where(is_open, 1, -1)) + self.depth
        if len(depths):
            self.depth = int(depths[-1])
        self.is_in_string ^= bool(len(quotes) & 1)
        return Brackets(positions, is_open, depths)

    def string_state(self) -> bytes:
        """What would open the string, and the escape, in which the stream so far ends."""
        return (b'"\\' if self.is_escaped else b'"') if self.is_in_string else b""

    def _string_ends(self, chunk: bytes, codes: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Positions of the quotes that begin or end a string: those after an even run of backslashes."""
        begins_escaped = self.is_escaped
        run = len(chunk) - len(chunk.rstrip(b"\\"))
        self.is_escaped = bool((run + (begins_escaped and run == len(chunk))) & 1)
        quotes = np.flatnonzero(codes == QUOTE)
        if not len(quotes):
            return quotes
        escaped = np.zeros(len(quotes), dtype=bool)
        # a quote at the very start has no byte before it in this chunk
        if quotes[0] == 0:
            escaped[0] = begins_escaped
        suspects = np.flatnonzero((quotes > 0) & (codes[quotes - 1] == BACKSLASH))
        for index in self._short_runs(codes, quotes, suspects, escaped):
            start = int(quotes[index - 1]) + 1 if index else 0
            before = chunk[start : int(quotes[index])]
            length = len(before) - len(before.rstrip(b"\\"))
            odd_start = begins_escaped and start == 0 and length == len(before)
            escaped[index] = bool((length + odd_start) & 1)
        return quotes[~escaped]

    @staticmethod
    def _short_runs(
        codes: NDArray[np.uint8],
        quotes: NDArray[np.int64],
        suspects: NDArray[np.int64],
        escaped: NDArray[np.bool_],
    ) -> list[int]:
        """Mark escaped quotes after short runs of backslashes; return the indices that are left."""
        left: list[int] = []
        for step in range(1, MAX_ESCAPE_STEPS + 1):
            if not len(suspects):
                return left
            before = quotes[suspects] - 1 - step
            reaches_start = before < 0
            left.extend(int(index) for index in suspects[reaches_start])
            suspects, before = suspects[~reaches_start], before[~reaches_start]
            is_longer = codes[before] == BACKSLASH
            escaped[suspects[~is_longer]] = bool(step & 1)
            suspects = suspects[is_longer]
        return [*left, *(int(index) for index in suspects)]


def nesting(raw: bytes) -> int:
    """Greatest depth of brackets in one record."""
    depths = StructureScan().scan(raw).depths
    return int(depths.max()) if len(depths) else 0
