"""Runs of the batch transport against a rehearsal server, on a clock turned by hand."""

import asyncio
import sqlite3
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from live_runs import MODEL, WEEK, content, questions, requests

from economic_index.llm.batch_settings import BatchSettings
from economic_index.llm.batches import BatchTransport
from economic_index.llm.client import Endpoint
from economic_index.llm.judging import RunContext
from economic_index.llm.prices import Prices
from economic_index.llm.run_state import RunState
from economic_index.llm.spending import Budget
from economic_index.llm.store import AnswerStore
from economic_index.llm.tables import ATTEMPTS, BATCHES

QUICK = BatchSettings(most_requests=50, first_poll=0.01, longest_poll=0.05, cache_from=10_000)
KEY = "a-key-that-nobody-may-see"


class HandClock:
    def __init__(self):
        self.now = datetime(2026, 11, 23, 10, tzinfo=UTC)

    def __call__(self):
        return self.now

    def turn(self, **amount):
        self.now += timedelta(**amount)


@dataclass
class Home:
    """One store and one spool; each run is a process of its own as far as the transport can tell."""

    url: str
    folder: Path
    clock: HandClock
    settings: BatchSettings = QUICK
    budget: int | None = None
    is_rehearsal: bool = True
    store_url: str = ""
    store: AnswerStore = field(init=False)

    def __post_init__(self):
        self.folder.mkdir(exist_ok=True, parents=True)
        self.store = AnswerStore(self.store_url or f"sqlite:///{self.folder / 'answers.sqlite'}")

    @property
    def spool(self):
        return self.folder / "spool"

    @property
    def spooled(self):
        return sorted(path.name for path in self.spool.glob("*"))

    def transport(self, state, week=WEEK, run_id="run", **changes):
        return BatchTransport(
            Endpoint(self.url, KEY, self.is_rehearsal),
            self.store,
            Prices(),
            Budget(self.budget, self.store.spent_micro_usd()),
            RunContext(run_id, week, self.clock),
            state,
            replace(self.settings, **changes),
            self.spool,
        )

    def run(self, wanted, turning=None, stop_when=None, **changes) -> RunState:
        """One run; with `turning`, the clock is turned by so much every few milliseconds."""
        wanted = list(wanted)
        state = RunState(total=len(wanted))

        async def go():
            transport = self.transport(state, **changes)
            beside = [asyncio.create_task(self._turn(turning or {}))]
            if stop_when is not None:
                beside.append(asyncio.create_task(self._stop(transport, stop_when)))
            try:
                async with asyncio.timeout(30):
                    return await transport.run(wanted)
            finally:
                for task in beside:
                    task.cancel()

        return asyncio.run(go())

    def collect(self):
        """Runs without requests of their own, until no batch is open."""
        for _ in range(200):
            self.run([])
            if not set(self.states()) & {"intent", "submitted", "unknown", "ended"}:
                return
            time.sleep(0.01)
        raise AssertionError(self.states())

    async def _turn(self, amount):
        while True:
            await asyncio.sleep(0.02)
            self.clock.turn(**amount)

    async def _stop(self, transport, when):
        while not when():
            await asyncio.sleep(0.005)
        transport.stop("by the test")

    def batches(self):
        with self.store.engine.connect() as connection:
            return connection.execute(sa.select(BATCHES).order_by(BATCHES.c.intent_at)).all()

    def states(self):
        return [row.state for row in self.batches()]

    def attempts(self):
        with self.store.engine.connect() as connection:
            return connection.execute(sa.select(ATTEMPTS)).all()

    def answered(self, numbers):
        found = self.store.answers_of([content(number) for number in numbers], "facets", MODEL)
        return {number for number in numbers if content(number) in found}

    def outcomes(self, numbers):
        found = self.store.outcomes_of([content(number) for number in numbers], "facets", MODEL)
        return {number: found[content(number)][0] for number in numbers if content(number) in found}


def bodies(server_folder: Path) -> list[bytes]:
    """What batches that the server still has were made of."""
    return [path.read_bytes() for path in sorted((server_folder / "batches").glob("*/requests.json"))]


def batches_on(server_folder: Path) -> int:
    with sqlite3.connect(server_folder / "batches.sqlite") as rows:
        return rows.execute("select count(*) from batches").fetchone()[0]


__all__ = [
    "KEY",
    "MODEL",
    "QUICK",
    "WEEK",
    "HandClock",
    "Home",
    "batches_on",
    "bodies",
    "content",
    "questions",
    "requests",
]
