"""Which of the requests at hand make up the next batch: by size, queue, money, and a number by which it is told.

Nothing is recorded or sent here.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from economic_index.llm.batch_cache import Part
from economic_index.llm.batch_settings import BatchSettings
from economic_index.llm.batch_spool import OVERHEAD
from economic_index.llm.judging import OpenRequest
from economic_index.llm.prices import Prices, Usage
from economic_index.llm.spending import Budget


@dataclass(frozen=True)
class Cut:
    """The next batch: its requests, what is set aside for each of them in micro-USD, and whether money ran out."""

    items: Sequence[OpenRequest]
    reserved: Sequence[int] = field(default_factory=tuple)
    is_over_budget: bool = False

    @property
    def reserved_micro(self) -> int:
        """Set aside for the batch."""
        return sum(self.reserved)


@dataclass(frozen=True)
class Cutter:
    """Cuts batches off what is ready."""

    settings: BatchSettings
    prices: Prices
    budget: Budget

    def cut(self, part: Part, room: int, taken: Collection[int], day: date) -> Cut:
        """At most `room` requests, of a number that no batch of the last two days has, if there is one.

        Raises UnpricedModel.
        """
        most = min(self.settings.most_requests, room)
        if part.is_primer and part.limit is not None:
            # one more of a prefix costs little; one less would leave a prefix out
            most = next((n for n in range(part.limit, len(part.items) + 1) if n not in taken), part.limit)
        elif part.limit is not None:
            most = min(most, part.limit)
        return self._unlike(self._affordable(part.items, most, day), taken)

    def _affordable(self, items: Sequence[OpenRequest], most: int, day: date) -> Cut:
        reserved: list[int] = []
        size, left = 0, self.budget.left
        for item in items[:most]:
            size += len(item.request.body) + OVERHEAD
            if reserved and size > self.settings.most_bytes:
                break
            cost = self._worst(item, day)
            if left is not None and (left := left - cost) < 0:
                return Cut(items[: len(reserved)], reserved, is_over_budget=True)
            reserved.append(cost)
        return Cut(items[: len(reserved)], reserved)

    def _worst(self, item: OpenRequest, day: date) -> int:
        """At worst nothing is read from the cache."""
        request = item.request
        size = request.prefix_tokens + request.input_tokens
        usage = Usage(uncached=size, output=self.budget.output_tokens(request.max_tokens))
        return self.prices.of(request.subject.model, day, size).micro_usd(usage, is_batch=True)

    def _unlike(self, cut: Cut, taken: Collection[int]) -> Cut:
        """A few are left over for the next batch. A small number that is taken is used all the same: then the ids
        in the results tell the batches apart, later."""
        n = next((n for n in range(len(cut.items), 0, -1) if n not in taken), len(cut.items))
        return Cut(cut.items[:n], cut.reserved[:n], cut.is_over_budget and n == len(cut.items))
