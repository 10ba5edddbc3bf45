"""Reading a log to the inbox, against orjson over the elements of the same file, side by side in one run."""

import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

import orjson

from economic_index.conversations.cutter import RecordCutter
from economic_index.conversations.demo_corpus import corpus_path
from economic_index.conversations.reading import LogReader
from economic_index.conversations.sources import AssignWeeks, Source
from economic_index.conversations.sources_edits import write_sources
from economic_index.lake import Lake
from economic_index.vocabulary import UserRule

CHUNK, ROUNDS, TARGET = 1 << 20, 3, 0.5
KEY, AS_OF = b"k" * 32, datetime(2026, 6, 1, tzinfo=UTC)


def parse_elements(path: Path) -> float:
    """Seconds to cut the file into elements and parse each."""
    started, cutter, count = time.monotonic(), RecordCutter(), 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            for record in cutter.feed(chunk):
                orjson.loads(record.data)
                count += 1
    assert count > 17_000
    return time.monotonic() - started


def read_to_inbox(path: Path) -> float:
    """Seconds to read the same file into a new home."""
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake(Path(folder) / "home")
        weeks = AssignWeeks(start=date(2026, 1, 5), count=12)
        source = Source(name="demo", path=str(path), format="sharegpt", product="sharegpt", users=UserRule.ASSIGNED,
                        assign_weeks=weeks)  # fmt: skip
        write_sources(lake.root / "sources.toml", [source])
        started = time.monotonic()
        LogReader.open(lake.root / "sources.toml", KEY, AS_OF).read(lake)
        return time.monotonic() - started


def main() -> None:
    """Print the ratio of the medians."""
    path = corpus_path()
    pairs = [(parse_elements(path), read_to_inbox(path)) for _ in range(ROUNDS)]
    bare, ours = (sorted(side)[ROUNDS // 2] for side in zip(*pairs, strict=True))
    print(f"reading: orjson over elements {bare:.2f} s, to the inbox {ours:.2f} s: {bare / ours:.2f} of its speed "
          f"(to reach: {TARGET})")  # fmt: skip
