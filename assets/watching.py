"""What a long classification shows while it runs: numbers in the log and in the asset's own timeline.

Only numbers: no text and no id of a conversation.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import dagster as dg

from economic_index.classifier import Numbers, Watch

EVERY_SECONDS = 15.0


@dataclass
class RunWatch:
    """Makes the watch of each week; keeps the last numbers, for the materialisation's metadata."""

    context: dg.AssetExecutionContext
    key: dg.AssetKey
    is_weekly: bool = True
    last: dict[date, Numbers] = field(default_factory=dict)
    _shown_at: float = field(default_factory=time.monotonic)

    def __call__(self, week: date) -> Watch:
        """The watch of one week."""
        return Watch(week, self._observer(week))

    def _observer(self, week: date) -> Callable[[Numbers], None]:
        def observe(numbers: Numbers) -> None:
            self.last[week] = numbers
            if time.monotonic() - self._shown_at >= EVERY_SECONDS:
                self._shown_at = time.monotonic()
                self._show(week, numbers)

        return observe

    def _show(self, week: date, numbers: Numbers) -> None:
        done = sum(count for name, count in numbers.items() if name.startswith("requests_") and "per" not in name)
        self.context.log.info(
            f"{week}: {done:,} of {numbers['requests']:,} requests ended, {numbers['usd']:.4f} USD so far, "
            f"{numbers['requests_per_second']} a second"
        )
        self.context.log_event(
            dg.AssetObservation(
                self.key,
                partition=week.isoformat() if self.is_weekly else None,
                metadata=dict(numbers),
                description="so far",
            )
        )
