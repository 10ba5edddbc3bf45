"""One log file through the whole reading, without a home, and the same records in every packing."""

import gzip
import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard
from reading_home import AS_OF, KEY

from economic_index.conversations.file_report import FileReport
from economic_index.conversations.normalise import Row
from economic_index.conversations.run_context import RunContext
from economic_index.conversations.sources import Source
from economic_index.conversations.stream_reading import FileRows
from economic_index.lake import Lake


def rows_of(path: Path, **settings: Any) -> tuple[list[Row], FileReport]:
    """Rows and report of one file. Raises LogFormatError at a stop."""
    report = FileReport("mine", "f1", path.name, "", path.stat().st_size)
    return list(FileRows(path, Source("mine", str(path), **settings), RunContext(KEY, AS_OF), report)), report


def texts_of(rows: Sequence[Row]) -> list[list[str]]:
    """The texts of each conversation."""
    return [row.transcript.texts() for row in rows]


def lines(records: Sequence[Any]) -> bytes:
    """Records as JSON lines."""
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def write_parquet(path: Path, records: Sequence[dict[str, Any]]) -> Path:
    """Records as a table; returns its path."""
    pq.write_table(pa.Table.from_pylist(list(records)), path)
    return path


def _zipped(path: Path, data: bytes) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.jsonl", data)


PACKINGS: dict[str, Callable[[Path, bytes], object]] = {
    "a.jsonl": Path.write_bytes,
    "a.jsonl.gz": lambda path, data: path.write_bytes(gzip.compress(data)),
    "a.jsonl.zst": lambda path, data: path.write_bytes(zstandard.compress(data)),
    "a.zip": _zipped,
}
"""How JSON lines can lie on disk, by file name."""


def everything_written(lake: Lake) -> bytes:
    """Every byte that the project wrote below a home: unpacked, what Parquet packs, and names of files."""
    found = []
    for path in sorted(lake.root.rglob("*")):
        found.append(path.as_posix().removeprefix(lake.root.as_posix()).encode())
        if path.suffix == ".parquet":
            table = pq.read_table(path)
            found.append(json.dumps([table.to_pylist(), str(table.schema.metadata)], default=str).encode())
        elif path.is_file():
            found.append(path.read_bytes())
    return b"\n".join(found)
