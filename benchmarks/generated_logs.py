"""Log files of any size in every format with a sample: its records again and again, with other ids and longer texts.

For timing alone: what such a log says means nothing.
"""

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

SAMPLES = Path(__file__).parents[1] / "tests" / "library" / "conversations" / "samples"
_PROSE = (
    "order price supplier meeting table draft letter contract column report invoice error budget lesson recipe "
    "garden engine ticket travel weather number sample answer reason please change shorter longer because before "
    "after again never seldom often maybe naïve café über señor piñata 12 48 2026 \\n \\n\\n - * : ; ( ) ?"
)
WORDS = re.split(" ", _PROSE)
MEAN_CHARS, USERS = 1500, 997
USER_KEYS = re.split(" ", "end_user user_id user hashed_ip")
ID_KEYS = [
    *USER_KEYS,
    *re.split(
        " ", "id uuid conversation_id conversationId sessionId session_id trace_id request_id requestId event_id"
    ),
    *re.split(" ", "conversation_hash parentUuid leafUuid messageId href turn_identifier"),
]
_NUMBER = re.compile(r'"#number(\d+)#"')


def _marked(value: Any, key: str = "") -> Any:
    """The value with marks where a copy differs: ids, people, texts."""
    if isinstance(value, dict):
        return {name: _marked(child, name) for name, child in value.items()}
    if isinstance(value, list):
        return [_marked(child, key) for child in value]
    if key in ID_KEYS and isinstance(value, int) and not isinstance(value, bool):
        return f"#number{value}#"
    return _marked_text(value, key) if isinstance(value, str) and value else value


def _marked_text(value: str, key: str) -> str:
    if key in ID_KEYS:
        mark = "#user#" if key in USER_KEYS else "#copy#"
        return value[: -len("000000000000")] + mark if value.count("-") == 4 else value + mark
    if value.startswith(("[", "{")) and len(value) > 2:
        return json.dumps(_marked(json.loads(value), key))
    return value + " #text#" if len(value) > 12 and " " in value and not value.startswith("2026") else value


class Copies:
    """Endless records of one format, as JSON texts without line ends."""

    def __init__(self, format_name: str, seed: int = 7) -> None:
        path = next(SAMPLES.glob(f"{format_name}.json*"))
        text = path.read_text(encoding="utf-8")
        self.is_lines = path.suffix == ".jsonl"
        records = [json.loads(line) for line in text.splitlines()] if self.is_lines else json.loads(text)
        self.wrapper = next(iter(records)) if isinstance(records, dict) else None
        records = records[self.wrapper] if self.wrapper else records
        self._templates = [json.dumps(_marked(record), ensure_ascii=False) for record in records]
        self._random = random.Random(seed)
        self._prose = " ".join(self._random.choices(WORDS, k=400_000))

    def __iter__(self) -> Iterator[str]:
        number = 0
        while True:
            number += 1
            copy, user = f"{number:012x}", f"{number % USERS:012x}"
            for template in self._templates:
                told = template.replace("#copy#", copy).replace("#user#", user)
                told = _NUMBER.sub(lambda found, base=number: str(base * 1000 + int(found[1])), told)
                yield self._with_texts(told)

    def _with_texts(self, template: str) -> str:
        first, *rest = template.split("#text#")
        return first + "".join([self._some_prose() + part for part in rest])

    def _some_prose(self) -> str:
        length = min(int(self._random.lognormvariate(0, 1) * MEAN_CHARS / 1.65), 60_000)
        start = self._random.randrange(len(self._prose) - length)
        return self._prose[start : start + length].rstrip("\\")


def write_log(format_name: str, size_bytes: int, folder: Path) -> Path:
    """A file of about so many bytes, as the format is usually written."""
    copies = Copies(format_name)
    path = folder / f"{format_name}.{'jsonl' if copies.is_lines else 'json'}"
    with path.open("w", encoding="utf-8") as file:
        if copies.wrapper:
            file.write(f'{{"{copies.wrapper}":')
        file.write("" if copies.is_lines else "[")
        total = 0
        for record in copies:
            file.write("" if not total else "\n" if copies.is_lines else ",\n")
            file.write(record)
            total += len(record) + 2
            if total >= size_bytes:
                break
        file.write("\n" if copies.is_lines else "]")
        file.write("}" if copies.wrapper else "")
    return path


def write_parquet(format_name: str, size_bytes: int, folder: Path) -> Path:
    """The same records as a Parquet file; `size_bytes` are those of the JSON."""
    path = folder / f"{format_name}.parquet"
    total, rows, writer = 0, [], None
    for record in Copies(format_name):
        rows.append(orjson.loads(record))
        total += len(record)
        if len(rows) == 2000 or total >= size_bytes:
            table = pa.Table.from_pylist(rows, None if writer is None else writer.schema)
            writer = writer or pq.ParquetWriter(path, table.schema)
            writer.write_table(table)
            rows = []
        if total >= size_bytes:
            break
    assert writer is not None
    writer.close()
    return path
