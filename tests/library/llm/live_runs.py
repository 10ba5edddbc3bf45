"""Runs of the live transport against a server on loopback, over conversations written here."""

import asyncio
import hashlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from economic_index.facets.asking import FacetQuestions
from economic_index.facets.prompts import DEFAULT_FACETS
from economic_index.llm.client import Endpoint
from economic_index.llm.live import LiveSettings, LiveTransport, RunContext
from economic_index.llm.pace import Limits, Pace
from economic_index.llm.prices import Prices
from economic_index.llm.run_state import RunState
from economic_index.llm.spending import Budget
from economic_index.llm.store import AnswerStore

MODEL = "claude-haiku-5-5"
WEEK = date(2026, 1, 5)
QUICK = LiveSettings(concurrency=8, deadline=5.0, longest_wait=0.02)
UNLIMITED = Limits(None, None, None)


def talk(number: int) -> list[dict]:
    return [
        {"role": "user", "text": f"Please draft reply number {number} to a customer.", "has_attachment": False},
        {"role": "assistant", "text": f"Here is draft {number}: thank you for writing.", "has_attachment": False},
    ]


def content(number: int) -> str:
    return hashlib.sha256(f"talk {number}".encode()).hexdigest()[:32]


def questions(**changes) -> FacetQuestions:
    return FacetQuestions(MODEL, changes.pop("facets", DEFAULT_FACETS), b"salt", **changes)


def requests(numbers, asked=None):
    asked = asked or questions()
    return [asked.request(content(number), talk(number), asked.wanted) for number in numbers]


@dataclass
class Live:
    """One home's store, and runs against one server."""

    url: str
    path: Path
    settings: LiveSettings = QUICK
    budget: int | None = None
    is_rehearsal: bool = True
    store: AnswerStore = field(init=False)

    def __post_init__(self):
        self.store = AnswerStore(f"sqlite:///{self.path}")

    def transport(self, state: RunState, limits: Limits = UNLIMITED) -> LiveTransport:
        return LiveTransport(
            Endpoint(self.url, "a-key-that-nobody-may-see", self.is_rehearsal),
            self.store,
            Prices(),
            Budget(self.budget, self.store.spent_micro_usd()),
            Pace(limits),
            RunContext("run", WEEK, lambda: datetime.now(UTC)),
            state,
            self.settings,
        )

    def run(self, wanted, limits: Limits = UNLIMITED) -> RunState:
        wanted = list(wanted)
        state = RunState(total=len(wanted))

        async def go():
            return await self.transport(state, limits).run(wanted)

        return asyncio.run(go())

    def answers(self, numbers) -> dict:
        return self.store.answers_of([content(number) for number in numbers], "facets", MODEL)

    def outcomes(self, numbers) -> dict:
        return self.store.outcomes_of([content(number) for number in numbers], "facets", MODEL)
