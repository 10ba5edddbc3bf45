"""How long a try may take in all: ten times the usual, so that one slow body does not hold a slot for minutes.

Nothing is measured here; the transport tells.
"""

import statistics
from collections import deque

KNOWN_AFTER, LOOKED_AT, TIMES_USUAL = 50, 200, 10


class Deadline:
    """Starts at the most, and follows the median of the last 200 replies, never below the least."""

    def __init__(self, most: float, least: float) -> None:
        self.seconds = most
        self._most, self._least = most, least
        self._latencies: deque[float] = deque(maxlen=LOOKED_AT)
        self._count = 0

    def learn(self, seconds: float) -> None:
        """A reply took so long, or none had come by then: where that is usual, the deadline moves."""
        self._latencies.append(seconds)
        self._count += 1
        if self._count % KNOWN_AFTER == 0:
            usual = TIMES_USUAL * statistics.median(self._latencies)
            self.seconds = min(self._most, max(self._least, usual))
