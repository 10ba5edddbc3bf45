"""What a run of requests has done so far: counts by state, tokens, money, and why it stopped, if it did.

Only numbers; nothing is decided here.
"""

import time
from collections import Counter
from dataclasses import dataclass, field

from economic_index.llm.prices import Usage
from economic_index.vocabulary import State


@dataclass
class RunState:
    """Filled while a run goes on; read by whoever shows it."""

    total: int = 0
    ended: Counter[State] = field(default_factory=Counter)
    tries: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    usage: Usage = field(default_factory=Usage)
    usd_micro: int = 0
    stopped: str | None = None
    started: float = field(default_factory=time.monotonic)

    @property
    def done(self) -> int:
        """Requests that ended, with an answer or without."""
        return sum(self.ended.values())

    @property
    def usd(self) -> float:
        """Spent in this run."""
        return self.usd_micro / 1e6

    @property
    def requests_per_second(self) -> float:
        """Over the run so far."""
        return self.done / max(1e-9, time.monotonic() - self.started)

    @property
    def cache_read_share(self) -> float:
        """Of all input tokens, those read from the cache."""
        return self.usage.read / self.usage.input if self.usage.input else 0.0

    def add_usage(self, usage: Usage, usd_micro: int) -> None:
        """Count one reply."""
        mine = self.usage
        self.usage = Usage(
            mine.uncached + usage.uncached,
            mine.written_5m + usage.written_5m,
            mine.written_1h + usage.written_1h,
            mine.read + usage.read,
            mine.output + usage.output,
            mine.thinking + usage.thinking,
        )
        self.usd_micro += usd_micro

    def numbers(self) -> dict[str, int | float]:
        """As metadata of an asset: no text, no id."""
        counts = {f"requests_{state.value}": count for state, count in sorted(self.ended.items())}
        return {
            "requests": self.total,
            **counts,
            "tries": self.tries,
            **{f"faults_{kind}": count for kind, count in sorted(self.faults.items())},
            "usd": round(self.usd, 4),
            "requests_per_second": round(self.requests_per_second, 1),
            "input_tokens": self.usage.input,
            "output_tokens": self.usage.output,
            "cache_read_share": round(self.cache_read_share, 3),
        }
