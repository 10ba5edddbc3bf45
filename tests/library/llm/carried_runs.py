"""Runs of the transport of files, and a carrier who takes its requests to a server on loopback and brings answers."""

import asyncio
import json
import urllib.request
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from live_runs import MODEL, WEEK, content

from economic_index.llm.files import AnswersAwaited, FileTransport
from economic_index.llm.judging import RunContext
from economic_index.llm.run_state import RunState
from economic_index.llm.store import AnswerStore
from economic_index.llm.tables import ATTEMPTS


def post(url: str, params: dict) -> dict:
    """One request to a server that speaks the Messages protocol, by nothing of ours."""
    headers = {"content-type": "application/json", "anthropic-version": "2026-10-21", "authorization": "Bearer x"}
    sent = urllib.request.Request(f"{url}/v1/messages", json.dumps(params).encode(), headers)
    with urllib.request.urlopen(sent) as response:
        return json.load(response)


def requests_in(folder: Path) -> list[dict]:
    """All that wait, in the order of their files."""
    paths = sorted((folder / "requests").glob("*.jsonl"))
    return [json.loads(line) for path in paths for line in path.read_text().splitlines()]


def answer(url: str, request: dict) -> dict:
    """A line of results, as a batch has them."""
    message = post(url, request["params"])
    return {"custom_id": request["custom_id"], "result": {"type": "succeeded", "message": message}}


def put(folder: Path, name: str, lines: list) -> Path:
    """A file of answers in its place; a line that is text already is written as it is."""
    path = folder / "answers" / name
    path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
    return path


def carry(url: str, folder: Path, name: str = "results.jsonl", wanted: slice = slice(None)) -> list[dict]:
    """Have the server answer what waits, or some of it, and bring it back."""
    lines = [answer(url, request) for request in requests_in(folder)[wanted]]
    put(folder, name, lines)
    return lines


@dataclass
class Exchange:
    """One home's store and folder; each run is a process of its own as far as the transport can tell."""

    home: Path
    is_rehearsal: bool = True
    store: AnswerStore = field(init=False)
    said: str = ""
    """What the last run asked for, if it did."""

    def __post_init__(self):
        self.home.mkdir(exist_ok=True, parents=True)
        self.store = AnswerStore(f"sqlite:///{self.home / 'answers.sqlite'}")

    @property
    def folder(self) -> Path:
        return self.home / "exchange"

    @property
    def waiting(self) -> list[str]:
        return [request["custom_id"] for request in requests_in(self.folder)]

    def files(self, kind: str = "requests") -> list[str]:
        return sorted(path.name for path in (self.folder / kind).iterdir())

    def rejected(self) -> list[str]:
        path = self.folder / "rejected_lines.csv"
        return path.read_text().splitlines() if path.exists() else []

    def run(self, wanted, week=WEEK, **limits) -> RunState:
        state = RunState()
        context = RunContext("run", week, lambda: datetime.now(UTC))
        transport = FileTransport(self.folder, self.store, context, state, is_rehearsal=self.is_rehearsal, **limits)
        self.said = ""
        try:
            asyncio.run(transport.run(wanted))
        except AnswersAwaited as error:
            self.said = str(error)
        return state

    def answers(self, numbers) -> dict:
        return self.store.answers_of([content(number) for number in numbers], "facets", MODEL)

    def answered(self, numbers) -> set[int]:
        found = self.answers(numbers)
        return {number for number in numbers if content(number) in found}

    def outcomes(self, numbers) -> dict:
        found = self.store.outcomes_of([content(number) for number in numbers], "facets", MODEL)
        return {number: found[content(number)][0] for number in numbers if content(number) in found}

    def attempts(self):
        with self.store.engine.connect() as connection:
            return connection.execute(sa.select(ATTEMPTS)).all()
