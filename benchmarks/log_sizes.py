"""Reading generated logs of each format to Parquet, against bare decoding of the same records, in one run.

    python -m benchmarks.log_sizes 10 500 5000          # megabytes; every format
    python -m benchmarks.log_sizes 5000 claude_export   # one format

Beside them stands the least that keeping costs: decoding, and for each record one keyed hash, one row of SQLite and
one of Parquet, by libraries written in C, without a reader's own work.

Each side is a process of its own, so that its peak memory is its own.
"""

import hmac
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.generated_logs import SAMPLES, write_log, write_parquet
from economic_index.conversations.cutter import RecordCutter, cut_lines
from economic_index.conversations.readers.registry import READERS
from economic_index.conversations.reading import LogReader
from economic_index.conversations.sources import AssignWeeks, Source
from economic_index.conversations.sources_edits import write_sources
from economic_index.conversations.versions import TABLES as TABLES_OF_VERSIONS
from economic_index.lake import Lake
from economic_index.vocabulary import SourceFormat

CHUNK, TARGET_SPEED, TARGET_MEMORY = 1 << 20, 0.5, 600
KEY, AS_OF = b"k" * 32, datetime(2026, 6, 1, tzinfo=UTC)
TABLES = ("wildchat", "lmsys_chat")


def main() -> None:
    """One line a format and size."""
    sizes = [int(word) for word in sys.argv[1:] if word.isdigit()] or [10, 100]
    known = [name for name in SourceFormat if any(SAMPLES.glob(f"{name}.json*"))]
    chosen = [word for word in sys.argv[1:] if not word.isdigit()] or [*known, *(f"{name}.parquet" for name in TABLES)]
    print(f"to reach: {TARGET_SPEED} of bare decoding, {TARGET_MEMORY} MB")
    for size in sizes:
        for name in chosen:
            with tempfile.TemporaryDirectory(prefix="log_sizes") as folder:
                write = write_parquet if name.endswith(".parquet") else write_log
                path = write(name.removesuffix(".parquet"), size << 20, Path(folder))
                bare, _ = _timed("bare", path)
                least = f"{bare / _timed('least', path)[0]:.2f}" if path.suffix != ".parquet" else "-"
                ours, memory = _timed("read", path)
                print(
                    f"{name:22} {path.stat().st_size >> 20:5} MB: bare {bare:7.2f} s, to the inbox {ours:7.2f} s, "
                    f"{bare / ours:.2f} of its speed (at the least {least}); peak {memory} MB",
                    flush=True,
                )


def _timed(side: str, path: Path) -> tuple[float, int]:
    """Seconds and peak megabytes of one side, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.log_sizes", f"--{side}", str(path)],
        check=True,
        capture_output=True,
        text=True,
    )
    seconds, megabytes = done.stdout.split()[-2:]
    return float(seconds), int(megabytes)


def _bare(path: Path) -> int:
    if path.suffix == ".parquet":
        reader = next(reader for reader in READERS if reader.format == path.stem)
        with pq.ParquetFile(path) as file:
            names = [name for name in file.schema_arrow.names if reader.columns is None or name in reader.columns]
            return sum(batch.num_rows for batch in file.iter_batches(256, columns=names))
    return sum(orjson.loads(data) is not None for data in _records(path))


def _least(path: Path) -> int:
    """One row of each record: a winner under its keyed hash, as versions.py has it, and its text."""
    texts, count = pa.schema([("conversation_id", pa.string()), ("text", pa.binary())]), 0
    with (
        tempfile.TemporaryDirectory(dir=path.parent) as folder,
        closing(sqlite3.connect(f"{folder}/versions.sqlite")) as versions,
        pq.ParquetWriter(f"{folder}/part.parquet", texts, compression="zstd") as part,
    ):
        versions.executescript(f"pragma journal_mode = wal; pragma synchronous = normal; {TABLES_OF_VERSIONS}")
        records = _records(path)
        while batch := list(islice(records, 1000)):
            assert all(orjson.loads(data) is not None for data in batch)
            ids = [hmac.digest(KEY, data, "sha256").hex()[:32] for data in batch]
            rows = [(id, id, "2026-01-05", 0, 1, None, "file", n, "reading", "", "", "") for n, id in enumerate(ids)]
            versions.executemany(f"insert or replace into winners values ({', '.join('?' * 12)})", rows)
            part.write_batch(pa.record_batch([ids, batch], schema=texts))
            count += len(batch)
        versions.commit()
    return count


def _records(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        chunks = iter(lambda: file.read(CHUNK), b"")
        if path.suffix == ".jsonl":
            yield from (line for line, _, _ in cut_lines(chunks) if line)
            return
        is_array = file.read(1) == b"["
        file.seek(0)
        cutter = RecordCutter(1 if is_array else 2)
        for chunk in chunks:
            yield from (record.data for record in cutter.feed(chunk) if record.data)


def _read(path: Path) -> int:
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        lake = Lake(Path(folder) / "home")
        weeks = AssignWeeks(start=date(2026, 1, 5), count=12)
        write_sources(
            lake.root / "sources.toml",
            [Source(name="generated", path=str(path), assign_weeks=weeks, max_rejected_share=1.0)],
        )
        reading = LogReader.open(lake.root / "sources.toml", KEY, AS_OF).read(lake)
        return sum(report.conversation_count for report in reading.reports)


def _one_side(side: str, path: Path) -> None:
    started = time.monotonic()
    count = SIDES[side](path)
    seconds = time.monotonic() - started
    assert count > 0, "nothing was read"
    print(f"{seconds:.3f} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10}")


SIDES = {"--bare": _bare, "--least": _least, "--read": _read}

if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in SIDES:
        _one_side(sys.argv[1], Path(sys.argv[2]))
    else:
        main()
