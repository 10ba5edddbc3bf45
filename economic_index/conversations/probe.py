"""Whether the beginning of a file is still what was read: a hash of samples spread over it, not of all its bytes.

A change between the samples that moves no byte is not seen; what is read from where a file ended is decided elsewhere.
"""

import hashlib

from economic_index.conversations.places import LogFile

PIECES, PIECE_BYTES = 16, 64 << 10


class Probe:
    """Samples of the first `length` bytes, taken while they pass; both ends are among them, short files are whole."""

    def __init__(self, length: int) -> None:
        self._digest = hashlib.sha256(f"{length}\n".encode())
        self._spans = spans_of(length)
        self._at = 0

    def feed(self, chunk: bytes) -> None:
        """The next bytes of the file."""
        end = self._at + len(chunk)
        while self._spans and self._spans[0][0] < end:
            start, stop = self._spans[0]
            self._digest.update(memoryview(chunk)[max(start - self._at, 0) : stop - self._at])
            if stop > end:
                break
            self._spans.pop(0)
        self._at = end

    def hexdigest(self) -> str:
        """The hash, once the bytes have passed; what passed after them does not count."""
        return self._digest.hexdigest()[:32]


def probe_of(log_file: LogFile, length: int) -> str:
    """The same of a file of which only the samples are read. Raises OSError."""
    digest = hashlib.sha256(f"{length}\n".encode())
    for sample in log_file.read_spans(spans_of(length)):
        digest.update(sample)
    return digest.hexdigest()[:32]


def spans_of(length: int) -> list[tuple[int, int]]:
    """Where the samples begin and end; they never overlap."""
    if length <= PIECES * PIECE_BYTES:
        return [(0, length)] if length else []
    starts = [place * (length - PIECE_BYTES) // (PIECES - 1) for place in range(PIECES)]
    return [(start, start + PIECE_BYTES) for start in starts]
