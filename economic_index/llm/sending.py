"""Sends what is lacking by the transport that fits, and gives equal requests one answer.

What is asked is the plans' business; nothing is read out of the answers here.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from economic_index.classifier import Report, Watch
from economic_index.llm.batch_store import open_batches
from economic_index.llm.batches import BatchTransport
from economic_index.llm.engine_settings import EngineSettings
from economic_index.llm.exchange_folder import forget_requests
from economic_index.llm.files import FileTransport
from economic_index.llm.live import LiveTransport, RunContext
from economic_index.llm.pace import Pace
from economic_index.llm.prices import Prices
from economic_index.llm.request import Request, Sha, Subject
from economic_index.llm.run_state import RunState
from economic_index.llm.spending import Budget
from economic_index.llm.store import AnswerStore
from economic_index.vocabulary import Transport

LOOKED_UP = 100
BATCH_FROM = 500
"""Pending requests from which on the transport `auto` takes a batch."""
CACHE_TTL = {Transport.LIVE: "5m", Transport.BATCH: "1h", Transport.FILES: "5m"}


@dataclass(frozen=True)
class Sender:
    """One store, and the ways to the model."""

    settings: EngineSettings
    store: AnswerStore
    prices: Prices
    run_id: str
    now: Callable[[], datetime]
    spool: Path
    exchange: Path

    def send(
        self,
        requests: Callable[[str], Iterable[Request]],
        pending: int,
        report: Report,
        watch: Watch,
        state: RunState | None = None,
    ) -> RunState:
        """Send what `requests` gives for the cache marks of the way that is taken; about so many are pending.

        A `state` given goes on: what an asset asks for in several rounds is one account.

        Raises RunStopped if no request can go through, or requests wait in files; a run that stopped says so in its
        state.
        """
        way = self._way(pending)
        state = state or RunState()
        state.total += pending
        subjects: dict[Sha, list[Subject]] = {}
        distinct = self._open(_first_of_each(requests(CACHE_TTL[way]), subjects), state)
        if not pending:
            for _ in distinct:  # nothing is lacking, but what has nothing to read must be found
                pass
            self._forget_carried(watch)
            return state

        def tick(now: RunState) -> None:
            report(now.done, now.total)
            watch.observe(now.numbers())

        context = RunContext(self.run_id, watch.week_start, self.now)
        try:
            asyncio.run(self._run(distinct, way, context, state, tick))
        finally:
            self.store.share(subjects)
        self._forget_carried(watch)
        tick(state)
        return state

    def _open(self, requests: Iterator[Request], state: RunState) -> Iterator[Request]:
        """Those that have not ended, for whatever subject or purpose: what ended is shared, not asked again."""
        while group := list(islice(requests, LOOKED_UP)):
            ends = self.store.ends_of([request.key for request in group])
            state.ended.update(ends.values())
            yield from (request for request in group if request.key not in ends)

    def _forget_carried(self, watch: Watch) -> None:
        """Nothing waits in files, however it was answered: what an earlier run of the week wrote there goes."""
        forget_requests(self.exchange, lambda week: week == watch.week_start)

    def budget(self) -> Budget:
        """What may be spent in all, and what was."""
        return Budget(self.settings.budget_micro_usd, self.store.spent_micro_usd())

    def _way(self, pending: int) -> Transport:
        """How to ask: many at half the price in a batch, few at once; what a batch has claimed is waited for.

        Files are written only where a person says so, and leave out what a batch has claimed.
        """
        if self.settings.transport is Transport.FILES:
            return Transport.FILES
        if self.settings.transport is not Transport.AUTO and not open_batches(self.store, self.now()):
            return self.settings.transport
        is_many = pending >= BATCH_FROM or open_batches(self.store, self.now())
        return Transport.BATCH if is_many else Transport.LIVE

    async def _run(
        self,
        requests: Iterable[Request],
        way: Transport,
        context: RunContext,
        state: RunState,
        tick: Callable[[RunState], None],
    ) -> None:
        settings, prices, budget = self.settings, self.prices, self.budget()
        transport: BatchTransport | LiveTransport | FileTransport
        if way is Transport.FILES:
            is_rehearsal = settings.endpoint.is_rehearsal
            transport = FileTransport(self.exchange, self.store, context, state, is_rehearsal=is_rehearsal)
        elif way is Transport.BATCH:
            transport = BatchTransport(
                settings.endpoint, self.store, prices, budget, context, state, settings.batch, self.spool
            )
        else:
            pace = Pace(settings.limits)
            transport = LiveTransport(
                settings.endpoint, self.store, prices, budget, pace, context, state, settings.live
            )
        await transport.run(requests, tick)


def _first_of_each(requests: Iterable[Request], subjects: dict[Sha, list[Subject]]) -> Iterator[Request]:
    """Texts that read the same are one request; whom each is for is noted on the way."""
    for request in requests:
        same = subjects.setdefault(request.key, [])
        same.append(request.subject)
        if len(same) == 1:
            yield request
