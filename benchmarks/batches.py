"""`python -m benchmarks.batches [N]`: requests of 12 kB submitted in batches, collected, and joined by content.

Our own time is what this process does: the server, a process of its own, ends the batches between the two halves.
"""

import asyncio
import hashlib
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.request import Request as Call
from urllib.request import urlopen

from economic_index.facets.asking import FacetQuestions, standing_of
from economic_index.facets.prompts import DEFAULT_FACETS, closing_of
from economic_index.llm.batch_settings import BatchSettings
from economic_index.llm.batches import BatchTransport, open_batches
from economic_index.llm.client import Endpoint
from economic_index.llm.judging import RunContext
from economic_index.llm.prices import Prices
from economic_index.llm.replies import form_fields
from economic_index.llm.request import Request, Subject
from economic_index.llm.run_state import RunState
from economic_index.llm.spending import Budget
from economic_index.llm.store import AnswerStore
from economic_index.rehearsal.running import main as play
from economic_index.vocabulary import Purpose

BYTES, TARGET_SECONDS, TARGET_GB, AT_ONCE = 12_000, 180, 1.0, 1_000
MODEL, WEEK = "claude-haiku-5-5", date(2026, 1, 5)
QUESTIONS = FacetQuestions(MODEL, DEFAULT_FACETS, b"salt", cache_ttl=None)
SETTINGS = BatchSettings(queue_limit=10**9, first_poll=0.5, longest_poll=1.0)


def content_of(number: int) -> str:
    return hashlib.sha256(f"batch {number}".encode()).hexdigest()[:32]


def requests(count: int) -> Iterator[Request]:
    """Requests as large as those of a usual conversation; the texts are noise in a true fence."""
    frames = [QUESTIONS.frame(QUESTIONS.wanted, order) for order in range(8)]
    noise = " ".join(random.Random(1).choices(["draft", "reply", "table", "budget", "query", "report"], k=BYTES))
    closing = closing_of(DEFAULT_FACETS)
    for number in range(count):
        content, frame = content_of(number), frames[number % 8]
        fence = content[:12]
        start = number * 7 % BYTES
        text = noise[start : start + BYTES - len(frame.head)]
        user = f'<transcript id="{fence}">\n[user 1]\n{number} {text}\n</transcript id="{fence}">\n{closing}'
        yield frame.request(Subject(content, "facets", MODEL, Purpose.MAIN, QUESTIONS.wanted), user)


def serve() -> None:
    """The server: an hour passes when a file says so, and every batch is due."""
    flag = Path(sys.argv.pop(1))
    play(sys.argv[1:], lambda: datetime.now(UTC) + timedelta(hours=flag.exists()))


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """In a process of its own; it ends no batch until all are submitted."""
    settings = json.dumps({"batch": {"end_delay": 1800.0}})
    command = [sys.executable, "-c", "from benchmarks.batches import serve; serve()", str(folder / "flag")]
    command += ["--state", str(folder / "server"), "--settings", settings]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


def told(url: str, path: str) -> dict:
    with urlopen(Call(url + path, headers={"authorization": "Bearer x", "anthropic-version": "2026-10-21"})) as reply:
        return json.load(reply)


def end_all(url: str, folder: Path) -> float:
    """Have every batch end; seconds until the server has answered them."""
    started = time.monotonic()
    (folder / "flag").touch()
    while {batch["processing_status"] for batch in told(url, "/v1/messages/batches?limit=1000")["data"]} != {"ended"}:
        time.sleep(0.5)
    return time.monotonic() - started


class Watch:
    """Seconds, and seconds of this process's processors."""

    def __init__(self) -> None:
        self.at = self._now()

    def lap(self) -> tuple[float, float]:
        """Since the last lap."""
        before, self.at = self.at, self._now()
        return self.at[0] - before[0], self.at[1] - before[1]

    @staticmethod
    def _now() -> tuple[float, float]:
        return time.monotonic(), time.process_time()


def transport(url: str, store: AnswerStore, folder: Path, state: RunState) -> BatchTransport:
    context = RunContext("bench", WEEK, lambda: datetime.now(UTC))
    settings = replace(SETTINGS, deletes_collected=False)
    return BatchTransport(
        Endpoint(url, "x", True), store, Prices(), Budget(None, 0), context, state, settings, folder / "spool"
    )


async def submit(url: str, store: AnswerStore, folder: Path, count: int) -> None:
    """Until the last request is in a batch."""
    state = RunState(total=count)
    sending = transport(url, store, folder, state)
    task = asyncio.create_task(sending.run(requests(count)))
    while state.tries < count and not task.done():
        await asyncio.sleep(0.02)
    sending.stop("all is submitted")
    await task


async def collect(url: str, store: AnswerStore, folder: Path) -> RunState:
    """One look by another run collects whatever has ended."""
    return await transport(url, store, folder, RunState()).run([])


def join(store: AnswerStore, count: int) -> int:
    """Answers by content, their forms read: what a row is made of."""
    contents = [content_of(number) for number in range(count)]
    joined = 0
    for start in range(0, count, AT_ONCE):
        found = store.answers_of(contents[start : start + AT_ONCE], "facets", MODEL)
        for answers in found.values():
            joined += bool(standing_of(answers, [], QUESTIONS.wanted).answered and form_fields(answers[0].reply))
    return joined


def measure(count: int, folder: Path) -> None:
    """Print the three parts, and the memory."""
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    store = AnswerStore(f"sqlite:///{folder / 'answers.sqlite'}")
    with server(folder) as url:
        size = sum(len(request.body) for request in requests(200)) / 200
        watch = Watch()
        asyncio.run(submit(url, store, folder, count))
        laps = {"submit": watch.lap()}
        batches = open_batches(store, datetime.now(UTC))
        ended_in = end_all(url, folder)
        watch = Watch()
        state = asyncio.run(collect(url, store, folder))
        laps["collect"] = watch.lap()
        joined = join(store, count)
        laps["join"] = watch.lap()
        stats = told(url, "/_stats")
    assert joined == count == stats["made"], (joined, stats["made"])
    assert stats["made_again"] == 0
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - base) / 1e6
    print(f"{count:,} requests of {size / 1e3:.1f} kB in {len(batches)} batches; the server took {ended_in:.0f} s")
    for name, (wall, cpu) in laps.items():
        print(f"{name:8} {wall:6.1f} s, {cpu:6.1f} s of processor time")
    whole, cpu = (sum(lap[place] for lap in laps.values()) for place in (0, 1))
    print(
        f"{'in all':8} {whole:6.1f} s, {cpu:6.1f} s of processor time, {state.usd:.2f} USD; target {TARGET_SECONDS} s"
    )
    print(f"peak memory {grown:.2f} GB above the imports; target {TARGET_GB} GB")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        measure(count, Path(folder))


if __name__ == "__main__":
    main()
