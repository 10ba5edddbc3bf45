"""The batch transport: requests out of a generator into Message Batches, until each has ended in exactly one state.

What earlier processes submitted is collected first. The rules stand in batch_recovery.py, what a result means in
batch_results.py, which request is where in batch_requests.py.
"""

import asyncio
import secrets
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from economic_index.llm.batch_api import BatchApi
from economic_index.llm.batch_cache import CachePlan
from economic_index.llm.batch_cut import Cutter
from economic_index.llm.batch_lease import Lease
from economic_index.llm.batch_records import OpenBatch
from economic_index.llm.batch_recovery import Recovery
from economic_index.llm.batch_requests import RunRequests
from economic_index.llm.batch_results import Collector
from economic_index.llm.batch_round import Round, fault_in, stopped_by
from economic_index.llm.batch_settings import BatchSettings
from economic_index.llm.batch_spool import SpoolFolder
from economic_index.llm.batch_store import BatchStore, open_batches, pending_keys
from economic_index.llm.batch_submission import Submitter
from economic_index.llm.client import Endpoint, MessagesClient
from economic_index.llm.judging import RunContext, RunStopped
from economic_index.llm.prices import Prices
from economic_index.llm.request import Request
from economic_index.llm.run_state import RunState
from economic_index.llm.spending import Budget
from economic_index.llm.store import AnswerStore
from economic_index.vocabulary import BatchState

CONNECTIONS = 4
POLLS_GROW_BY = 1.5


class BatchTransport:
    """One run over batches; used once."""

    def __init__(
        self,
        endpoint: Endpoint,
        store: AnswerStore,
        prices: Prices,
        budget: Budget,
        context: RunContext,
        state: RunState,
        settings: BatchSettings,
        spool: Path,
    ) -> None:
        """`spool` is a folder within the home: bodies hold private text, and lie there until their batch is over."""
        self._endpoint, self._prices, self._budget = endpoint, prices, budget
        self._context, self.state, self._settings = context, state, settings
        self._store, self._spools = BatchStore(store, endpoint.base_url), SpoolFolder(spool)
        owner = f"{context.run_id[:40]} {secrets.token_hex(8)}"
        name = f"batches {self._store.base_url_hash}"
        self._lease = Lease(store, name, owner, settings.lease_seconds, context.now)
        self._plan = CachePlan(settings)
        self._stopping = asyncio.Event()
        self._interval, self._next_poll = settings.first_poll, 0.0
        self._has_begun = self._is_held = self._is_reached = False
        self._lost = 0

    async def run(self, requests: Iterable[Request], on_tick: Callable[[RunState], None] | None = None) -> RunState:
        """Collect what is on the server, send everything, wait for its end: hours, with a real one.

        Raises RunStopped if no request can go through, and whatever the store raises. What was submitted is
        collected by the next run.
        """
        self._mine = RunRequests(iter(requests), self._store, self._spools, self.state)
        ticking = asyncio.create_task(self._tick(on_tick))
        try:
            async with MessagesClient(self._endpoint, CONNECTIONS) as client:
                self._assemble(BatchApi(client, self._settings))
                await self._loop()
        finally:
            ticking.cancel()
            self._mine.close()
        if self._mine.left:
            self.state.stopped = self.state.stopped or (
                f"{self._mine.left:,} requests that another home submitted came back without an answer: start again."
            )
        return self.state

    def stop(self, why: str) -> None:
        """Submit and wait no more; batches on the server go on, unless the settings say that they are cancelled."""
        self.state.stopped = self.state.stopped or why
        self._stopping.set()

    def _assemble(self, api: BatchApi) -> None:
        store, context, state, settings = self._store, self._context, self.state, self._settings
        self._api = api
        self._recovery = Recovery(api, store, self._spools, context.now, state.faults)
        collector = Collector(api, store, self._recovery, self._prices, self._budget, context, state, settings)
        self._round = Round(api, store, self._recovery, collector, state, settings)
        cutter = Cutter(settings, self._prices, self._budget)
        self._submitter = Submitter(
            api, store, self._spools, self._lease, self._plan, cutter, self._budget, context, state, settings
        )

    async def _loop(self) -> None:
        while True:
            await self._look_if_due()
            self._account()
            if self._stopping.is_set():
                await self._cancel()
                return
            if self.state.stopped:
                self._mine.drop_the_rest()
            if await self._submit():
                continue
            if self._mine.is_empty and not self._mine.is_waiting:
                return
            await self._sleep()

    async def _look_if_due(self) -> None:
        if time.monotonic() < self._next_poll:
            return
        wait = min(self._interval, self._settings.lease_seconds / 2)
        async with self._lease.held() as is_mine:
            if is_mine:
                if not self._has_begun:
                    self._recovery.begin()
                self._has_begun = True
                self._is_held = not await self._round.look()
                wait = self._interval
                self._interval = min(self._settings.longest_poll, self._interval * POLLS_GROW_BY)
        self._next_poll = time.monotonic() + wait

    def _account(self) -> None:
        """Follow what is over, whoever collected it."""
        for batch in self._mine.account():
            self._interval = self._settings.first_poll
            self._plan.over(batch, self._context.now())
            self._lost = self._lost + 1 if batch.state is BatchState.LOST else 0
            if self._lost >= self._settings.lost_in_a_row:
                raise RunStopped(
                    f"{self._lost} batches in a row were submitted, and cannot be found on the server. Check the "
                    "network, and that a body of this size gets through; what was answered is kept."
                )

    async def _submit(self) -> bool:
        if self._is_held or not self._has_begun or self._plan.waits_for or self.state.stopped:
            return False
        await self._mine.fill(self._settings.most_requests, self._settings.most_bytes)
        if not self._mine.ready:
            return False
        async with self._lease.held() as is_mine:
            if not is_mine or not await self._reached():
                return False
            is_sent = await self._submitter.submit(self._mine)
        # a look at the server comes before the next try
        self._is_held = not is_sent
        if is_sent:
            self._interval = self._settings.first_poll
        return is_sent

    async def _reached(self) -> bool:
        """The server is there, and is what we take it for: seen before anything is submitted to it."""
        if not self._is_reached:
            fault = await fault_in(self._api.reach(), self.state)
            if fault is not None and fault.status is not None and fault.status < 500 and fault.status != 429:
                raise stopped_by(fault)
            self._is_reached = fault is None
        return self._is_reached

    async def _sleep(self) -> None:
        """Until the next look is due, or the run is to stop."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), max(0.0, self._next_poll - time.monotonic()))

    async def _cancel(self) -> None:
        if self._settings.cancels_on_stop:
            for batch in self._store.rows(self._mine.intent_ids).values():
                if batch.batch_id is not None:
                    await fault_in(self._api.cancel(batch.batch_id), self.state)

    async def _tick(self, on_tick: Callable[[RunState], None] | None) -> None:
        while True:
            await asyncio.sleep(1.0)
            if on_tick is not None:
                on_tick(self.state)


__all__ = ["BatchSettings", "BatchTransport", "OpenBatch", "open_batches", "pending_keys"]
