"""When batches carry cache marks: after a primer, on a small part of the work, then on all of it or on nothing.

Requests of one batch do not see what each other wrote to the cache, so marks without a primer cost more than they
save. Nothing is sent here.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from economic_index.llm.batch_records import BatchRow
from economic_index.llm.batch_settings import BatchSettings
from economic_index.llm.judging import OpenRequest
from economic_index.vocabulary import BatchState

# Entries live for an hour from their last use; what goes out later than this may come too late.
WARM_FOR = timedelta(minutes=55)
FAILURES = 2
"""So many primers or probes that were lost, and it is done without."""


def fingerprint_of(items: Iterable[OpenRequest]) -> str:
    """Of the set of cached prefixes among these requests; empty without any."""
    prefixes = sorted({item.request.prefix for item in items if item.request.prefix_tokens})
    return hashlib.sha256(" ".join(prefixes).encode()).hexdigest()[:16] if prefixes else ""


@dataclass(frozen=True)
class Part:
    """What may go out now: the requests in their order, with marks or without."""

    items: Sequence[OpenRequest]
    is_cached: bool = False
    is_primer: bool = False
    limit: int | None = None
    """At most so many of them."""


@dataclass
class CachePlan:
    """The cache of one run. Told of each batch that was sent and of each that is over."""

    settings: BatchSettings
    waits_for: str | None = None
    share: float | None = None
    is_off: bool = False
    _warm: dict[str, datetime] = field(default_factory=dict)
    _failures: int = 0
    _awaited: tuple[str, ...] = ()

    def next_part(self, ready: Sequence[OpenRequest], total: int, now: datetime) -> Part:
        """Which of the requests at hand may go, out of a run of so many in all. Not to be asked while it waits."""
        marked = [item for item in ready if item.request.prefix_tokens]
        if self.is_off or not marked:
            return Part(ready)
        counts = Counter(item.request.prefix for item in marked)
        cold = {prefix for prefix in counts if not self._is_warm(prefix, now)}
        if sum(counts[prefix] for prefix in cold) > self.settings.cache_from:
            return self._primer(marked, cold)
        warm = [item for item in ready if item.request.prefix_tokens and item.request.prefix not in cold]
        if not warm:
            return Part(ready)
        # those without a cached prefix go with the others: marks that are not there cost nothing
        rest = [item for item in ready if item.request.prefix not in cold or not item.request.prefix_tokens]
        if self.share is None:
            probe = max(self.settings.least_probe, math.ceil(self.settings.probe_share * total))
            return Part(rest, is_cached=True, limit=probe)
        return Part(rest, is_cached=True)

    def _primer(self, marked: Sequence[OpenRequest], cold: set[str]) -> Part:
        """One request of each prefix first; others of the same prefixes follow, to make up another size."""
        first: dict[str, OpenRequest] = {}
        for item in marked:
            if item.request.prefix in cold:
                first.setdefault(item.request.prefix, item)
        chosen = {item.request.key for item in first.values()}
        others = [item for item in marked if item.request.prefix in cold and item.request.key not in chosen]
        return Part([*first.values(), *others], is_cached=True, is_primer=True, limit=len(first))

    def _is_warm(self, prefix: str, now: datetime) -> bool:
        warm_at = self._warm.get(prefix)
        return warm_at is not None and now - warm_at < WARM_FOR

    def sent(self, intent_id: str, part: Part, items: Sequence[OpenRequest], now: datetime) -> None:
        """A part went out as this batch; a primer, and the first part after it, are waited for."""
        if not part.is_cached:
            return
        self._awaited = tuple({item.request.prefix for item in items if item.request.prefix_tokens})
        if part.is_primer or self.share is None:
            self.waits_for = intent_id
        else:
            self._warm |= dict.fromkeys(self._awaited, now)

    def over(self, batch: BatchRow, now: datetime) -> None:
        """A batch is over, however it ended."""
        if batch.intent_id != self.waits_for:
            return
        self.waits_for = None
        if batch.state not in (BatchState.COLLECTED, BatchState.INCOMPLETE):
            self._failures += batch.state is not BatchState.REJECTED
            self.is_off = self._failures >= FAILURES
            return
        self._warm |= dict.fromkeys(self._awaited, now)
        if not batch.is_primer:
            self.share = batch.read_share or 0.0
            self.is_off = self.share < self.settings.least_read_share

    def remember(self, recent: Sequence[BatchRow], ready: Sequence[OpenRequest]) -> None:
        """Learn from batches of the last hour, of this process or of one before it."""
        marked = [item for item in ready if item.request.prefix_tokens]
        mine = fingerprint_of(marked)
        for batch in recent:
            if batch.prefix != mine or batch.collected_at is None:
                continue
            self._warm |= {item.request.prefix: batch.collected_at for item in marked}
            if not batch.is_primer and self.share is None and batch.read_share is not None:
                self.share = batch.read_share
                self.is_off = self.share < self.settings.least_read_share
