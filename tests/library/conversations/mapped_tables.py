"""Tables and mappings of tests: a help desk's messages, one a row."""

import csv
import io
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from economic_index.conversations.errors import LogFormatError
from economic_index.conversations.file_report import FileReport
from economic_index.conversations.mapping import TableMapping
from economic_index.conversations.mapping_toml import parse_mapping
from economic_index.conversations.normalise import Row
from economic_index.conversations.run_context import RunContext
from economic_index.conversations.sources import Source
from economic_index.conversations.stream_reading import FileRows
from tests.library.conversations.reading_home import AS_OF, KEY

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
COLUMNS = {"conversation_id": "thread", "user_id": "agent", "time": "sent_at", "role": "who", "text": "body"}
ROLES = {"user": ["agent"], "assistant": ["bot"], "drop": ["system"]}
Cells = dict[str, Any]


def mapping(*, columns: dict[str, str] | None = None, **more: Any) -> TableMapping:
    """The help desk's mapping; `columns` are added, other keys set."""
    return parse_mapping({"rows": "message", "columns": COLUMNS | (columns or {}), "roles": ROLES} | more, "m.toml")


def by_conversation(columns: dict[str, str], **more: Any) -> TableMapping:
    """A mapping of one row a conversation."""
    return parse_mapping({"rows": "conversation", "columns": columns} | more, "m.toml")


def message(thread: str, minute: int, who: str, body: str, **more: Any) -> Cells:
    """One row."""
    sent_at = (START + timedelta(minutes=minute)).isoformat()
    return {"thread": thread, "agent": f"{thread}@x.org", "sent_at": sent_at, "who": who, "body": body} | more


def thread(name: str, *texts: str, **more: Any) -> list[Cells]:
    """Rows of one conversation, person and bot in turn."""
    return [message(name, n, ("agent", "bot")[n % 2], text, **more) for n, text in enumerate(texts)]


def csv_bytes(rows: Sequence[Cells], encoding: str = "utf-8", **form: Any) -> bytes:
    names = list(dict.fromkeys(name for row in rows for name in row))
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, names, **form)
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue().encode(encoding)


def jsonl_bytes(rows: Sequence[Cells]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def parquet_bytes(rows: Sequence[Cells]) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(list(rows)), file)
    return file.getvalue()


def read_table(
    folder: Path, data: bytes, told: TableMapping, name: str = "table", **settings: Any
) -> tuple[list[Row], FileReport]:
    """Rows and report of one file, as a reading would have them; what was set aside is gone."""
    path = folder / name
    path.write_bytes(data)
    before = sorted(folder.iterdir())
    source = Source("desk", str(path), mapping=told, **settings)
    report = FileReport("desk", "f", name, source.settings_hash(), path.stat().st_size)
    rows: list[Row] = []
    try:
        rows += FileRows(path, source, RunContext(KEY, AS_OF), report, folder)
    except LogFormatError as error:
        report.stop(error, KEY)
    assert sorted(folder.iterdir()) == before
    return rows, report


def said(rows: Sequence[Row]) -> list[tuple[str, list[str]]]:
    """Roles and texts of each conversation."""
    return [(row.transcript.roles, row.transcript.texts()) for row in rows]


def rejected(report: FileReport) -> list[tuple[str, int]]:
    """Reasons and places."""
    return [(row["reason"].value, row["locator"]) for row in report.rejections]
