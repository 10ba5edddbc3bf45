"""What a week's lookups take in a store of few answers, and of as many as thousands of weeks leave.

`python -m benchmarks.many_answers [N]`: lookups of 1,000 contents, what was spent, and forgetting, side by side.
"""

import hashlib
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path

import sqlalchemy as sa

from economic_index.llm.store import AnswerStore
from economic_index.llm.tables import ANSWERS, ATTEMPTS
from economic_index.vocabulary import Purpose

FEW, LOOKED_UP, AT_ONCE = 10_000, 1_000, 20_000
MODEL, PROMPT = "claude-haiku-5-5", "facets"
NOW = datetime(2026, 1, 5, tzinfo=UTC)


def content(number: int) -> str:
    """The content hash of an invented conversation."""
    return hashlib.sha256(str(number).encode()).hexdigest()[:32]


def rows(count: int) -> Iterator[tuple[dict, dict]]:
    """An answer and its attempt, so many times."""
    common = {"prompt": PROMPT, "model": MODEL, "purpose": Purpose.MAIN.value}
    tokens = {column.name: 0 for column in ATTEMPTS.c if isinstance(column.type, sa.Integer) and column.name != "id"}
    for number in range(count):
        key = {"key": content(number) * 2}
        asked = {"content_hash": content(number), "asked": '[["language","1.a"]]', "options": None}
        answer = {"served_model": MODEL, "reply": "x" * 300, "is_repaired": False, "request_id": None}
        made = {"run_id": "r", "week_start": date(2026, 1, 5), "transport": "live", "started_at": NOW}
        attempt = tokens | key | common | made | {"outcome": "answered", "sdk_version": "2", "usd_micro": 5}
        yield key | common | asked | answer | {"answered_at": NOW}, attempt


def filled(path: Path, count: int) -> AnswerStore:
    """A store of so many answers."""
    store = AnswerStore(f"sqlite:///{path}")
    with store.engine.begin() as connection:
        waiting = rows(count)
        while part := list(islice(waiting, AT_ONCE)):
            connection.execute(sa.insert(ANSWERS), [answer for answer, _ in part])
            connection.execute(sa.insert(ATTEMPTS), [attempt for _, attempt in part])
    return store


def seconds(what: Callable[[], object]) -> float:
    """The quicker of three."""
    times = []
    for _ in range(3):
        started = time.perf_counter()
        what()
        times.append(time.perf_counter() - started)
    return min(times)


def main(argv: list[str]) -> None:
    """Print each pair."""
    many = int(argv[0]) if argv else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        stores = {count: filled(Path(folder) / f"{count}.sqlite", count) for count in (FEW, many)}
        for name, what in {
            f"looking up {LOOKED_UP:,} contents": lambda store, count: store.answers_of(
                [content(number) for number in range(0, count, count // LOOKED_UP)], PROMPT, MODEL
            ),
            "what was spent": lambda store, count: store.spent_micro_usd(),
            "forgetting (nothing to forget)": lambda store, count: store.forget_all_but(
                set(map(content, range(count)))
            ),
        }.items():
            few, lot = (seconds(lambda: what(stores[count], count)) for count in (FEW, many))  # noqa: B023  # called here
            print(f"{name}: {few:.3f} s of {FEW:,} answers, {lot:.3f} s of {many:,}: {lot / few:.1f}x")


if __name__ == "__main__":
    main(sys.argv[1:])
