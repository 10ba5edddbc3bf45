"""Hostile versions of the samples: values of the wrong type, absurd sizes and times, broken trees, cut and torn bytes.

What is drawn comes from a `Draws`, so that hypothesis and atheris steer the same mutations.
"""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from economic_index.conversations.mapping_toml import load_mapping
from economic_index.conversations.open_files import ZIP
from economic_index.conversations.records import AUTO
from economic_index.conversations.sources import Source
from economic_index.vocabulary import SourceFormat
from tests.fuzz.hostile_reading import MARK

SAMPLES = Path(__file__).parents[1] / "library" / "conversations" / "samples"
MAX_MUTATIONS = 6
ZIP_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_DEEP = "nested as deep as "
_DEEP_TEXT = re.compile(rf'"{_DEEP}(\d+)"')


class Draws(Protocol):
    """Where choices come from."""

    def below(self, limit: int) -> int:
        """A whole number from 0 to limit - 1."""
        ...

    def text(self) -> str:
        """Some text, lone surrogates included."""
        ...


class Case(NamedTuple):
    """Bytes to be read, and the end of their file's name."""

    data: bytes
    suffix: str


def sample_names() -> list[str]:
    """The formats that have a sample of JSON records, or of a table."""
    names = {path.stem for path in SAMPLES.iterdir() if path.suffix in {".json", ".jsonl", ".csv"}}
    return sorted(names & set(SourceFormat))


def sample_path(name: str) -> Path:
    """The file of a format's sample."""
    return next(path for path in SAMPLES.glob(f"{name}.*") if path.suffix != ".toml")


def source_of(name: str, is_named: bool) -> Source:
    """A source of that format, or one whose format is to be told from the bytes; a table's mapping is named always."""
    meaning = SAMPLES / f"{name}.toml"
    if meaning.exists():
        return Source("fuzz", "", mapping=load_mapping(meaning))
    return Source("fuzz", "", format=name if is_named else AUTO)


def sample_of(name: str) -> tuple[Any, bool]:
    """The records of a format's sample, and whether they stand one a line."""
    path = sample_path(name)
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".csv":
        return list(csv.DictReader(io.StringIO(text, newline=""))), True
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in text.splitlines()], True
    return json.loads(text), False


HOSTILE: tuple[Callable[[Draws], Any], ...] = (
    lambda draws: None,
    lambda draws: bool(draws.below(2)),
    lambda draws: draws.below(1 << 31) - (1 << 30),
    lambda draws: 10 ** draws.below(30),
    lambda draws: float("nan") if draws.below(2) else -1e308,
    lambda draws: "",
    lambda draws: MARK + draws.text(),
    lambda draws: draws.text() + "\x00\ud800\r\n\u202e" + MARK,
    lambda draws: " \t\n",
    lambda draws: [],
    lambda draws: {},
    lambda draws: [MARK, None, {MARK: MARK}, [], 3],
    lambda draws: {MARK: [MARK], "type": MARK, "text": MARK, "content": MARK, "role": MARK},
    lambda draws: json.dumps([{"role": "user", "content": MARK}, {"role": MARK}, 5]),
    lambda draws: json.dumps({"messages": [{"role": "user", "content": [{"type": MARK}]}]}),
    lambda draws: json.dumps(
        [{"role": "user", "content": MARK}, {"role": "assistant", "content": "a", "model": "\ud800"}]
    ),
    lambda draws: MARK + "_" + "9" * draws.below(6000),
    lambda draws: "[" * draws.below(2000),
    lambda draws: _nested(draws.below(1500)),
    lambda draws: ("1970-01-01", "2199-12-31T23:59:60Z", "2026-02-30", "26-1-5", "2026-01-05T10:00:00.1234567+25:00")[
        draws.below(5)
    ],
)


def _nested(depth: int) -> str:
    """Arrays in arrays: written when the record is, because no encoder of JSON goes so deep."""
    return f"{_DEEP}{depth}"


def _dumped(value: Any) -> str:
    written = json.dumps(value, ensure_ascii=False)
    return _DEEP_TEXT.sub(lambda found: "[" * int(found[1]) + "1" + "]" * int(found[1]), written)


def hostile_case(name: str, draws: Draws) -> Case:
    """The sample of a format after some mutations, written in one of the ways in which logs are written."""
    records, is_lines = sample_of(name)
    for _ in range(1 + draws.below(MAX_MUTATIONS)):
        _mutate(records, draws)
    way = draws.below(6)
    if name == SourceFormat.MAPPED_TABLE and isinstance(records, list):
        records = _named_columns(records)
        if way:
            return Case(_torn(_as_csv(records, draws).encode("utf-8", "surrogatepass"), draws), ".csv")
    if isinstance(records, list) and (is_lines if way < 4 else not is_lines):
        text = "\n".join(_dumped(record) for record in records)
        suffix = ".jsonl"
    else:
        text, suffix = _dumped(records), ".json"
    return Case(_torn(text.encode("utf-8", "surrogatepass"), draws), suffix)


def _named_columns(records: list[Any]) -> list[Any]:
    """The same rows; the names of a table's columns are no text, and may be told where one is missing."""
    return [
        {key.replace(MARK, "column"): value for key, value in record.items()} if isinstance(record, dict) else record
        for record in records
    ]


def _as_csv(records: list[Any], draws: Draws) -> str:
    """The rows as a table, as well as they can be told: cells in quotes or without, rows longer than the header."""
    rows = [record if isinstance(record, dict) else {"thread": record} for record in records]
    names = list({name: None for row in rows for name in row})
    written = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if draws.below(2) else csv.QUOTE_MINIMAL
    writer = csv.writer(written, delimiter=",;\t"[draws.below(3)], quoting=quoting)
    writer.writerow(names)
    for row in rows:
        cells = [row.get(name) for name in names]
        cells += [MARK] * (draws.below(3) if draws.below(8) == 0 else 0)
        writer.writerow(["" if cell is None else cell if isinstance(cell, str) else _dumped(cell) for cell in cells])
    return written.getvalue()


def _mutate(root: Any, draws: Draws) -> None:
    """Change one place in the tree; places near the root are as likely as all that lie below them."""
    parent: Any = root
    while True:
        keys = list(parent) if isinstance(parent, dict) else list(range(len(parent)))
        if not keys:
            return
        key = keys[draws.below(len(keys))]
        child = parent[key]
        if not isinstance(child, dict | list) or not child or draws.below(4) == 0:
            break
        parent = child
    _change(parent, key, draws)


def _change(parent: Any, key: Any, draws: Draws) -> None:
    kind = draws.below(8)
    if kind == 0:
        del parent[key]
    elif kind == 1:
        others = list(parent) if isinstance(parent, dict) else list(range(len(parent)))
        parent[key] = deepcopy(parent[others[draws.below(len(others))]])
    elif kind == 2 and isinstance(parent, list):
        parent.insert(draws.below(len(parent) + 1), deepcopy(parent[key]))
    elif kind == 3 and isinstance(parent, dict):
        parent[MARK + draws.text()] = parent.pop(key)
    else:
        parent[key] = HOSTILE[draws.below(len(HOSTILE))](draws)


def hostile_archive(name: str, draws: Draws) -> Case:
    """The sample of a format in a ZIP of which some bytes, mostly of its tables, are overwritten."""
    path, packed = sample_path(name), io.BytesIO()
    with zipfile.ZipFile(packed, "w", ZIP_METHODS[draws.below(len(ZIP_METHODS))]) as archive:
        archive.writestr(path.name, path.read_bytes())
        archive.writestr("user.json", '{"id": "user-x"}')
    torn = bytearray(packed.getvalue())
    table = torn.index(b"PK\x01\x02")
    for _ in range(1 + draws.below(3)):
        first = table if draws.below(4) else len(ZIP)
        torn[first + draws.below(len(torn) - first)] = draws.below(256)
    return Case(bytes(torn), ".zip")


def _torn(data: bytes, draws: Draws) -> bytes:
    """Mostly whole; else cut at an end, or with a few bytes overwritten."""
    kind = draws.below(8)
    if kind == 0:
        return data[: draws.below(len(data) + 1)]
    if kind == 1 and data:
        torn = bytearray(data)
        for _ in range(1 + draws.below(4)):
            torn[draws.below(len(torn))] = draws.below(256)
        return bytes(torn)
    return data
