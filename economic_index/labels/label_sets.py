"""The label sets: files of labels by conversation id, and what sets.toml says of each. Validated, never a text.

What is computed from labels stands in evaluate/.
"""

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import orjson

from economic_index.labels.label_rows import LabelError, RowKind, checked_rows

SETS_FILE = "sets.toml"
PURPOSES = ("train", "aimed", "test")
CODER_KINDS = ("machine", "person")
CODERS, SETTLED = ("test_coder_a", "test_coder_b"), "test_settled"


@dataclass(frozen=True)
class Coder:
    """Who read: a language model (`machine`) or a `person`; never the one called the other."""

    kind: str
    name: str


@dataclass(frozen=True)
class LabelSet:
    """One file of labels, and how it came about.

    `inclusion_probability` is that of a conversation of the frame, None where rows were picked for what they are;
    a conversation of k parts is in the frame with probability (7/8)^k besides.
    """

    name: str
    purpose: str
    coder: Coder
    date: str
    codebook: int
    drawn: str
    inclusion_probability: float | None
    rows: tuple[Mapping[str, Any], ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """The conversations, in the order of the file."""
        return tuple(str(row["id"]) for row in self.rows)


def file_bytes(name: str) -> bytes:
    """The committed file of a set, as it lies there."""
    content: bytes = _folder().joinpath(f"{name}.jsonl").read_bytes()
    return content


def has_file(name: str) -> bool:
    """Whether a file of that name is committed."""
    is_there: bool = _folder().joinpath(f"{name}.jsonl").is_file()
    return is_there


def names() -> tuple[str, ...]:
    """The sets that there are, in the order of sets.toml."""
    return tuple(_entries())


@cache
def load_set(name: str) -> LabelSet:
    """One set, every row checked.

    Raises:
        LabelError: there is no such set, or a row or entry is not as it must be; the message says where and what to do.
    """
    entries = _entries()
    if name not in entries:
        raise LabelError(f"{name}: no such label set. Known: {', '.join(entries)}.")
    entry = _checked_entry(name, entries[name])
    try:
        content = file_bytes(name)
    except FileNotFoundError:
        raise LabelError(
            f"{SETS_FILE}: [{name}] has no file {name}.jsonl beside it. Add it, or drop the entry."
        ) from None
    rows = _rows(name, content, entry)
    drawn, of = entry.get("drawn_count"), entry.get("frame_count")
    return LabelSet(
        name=name,
        purpose=entry["purpose"],
        coder=Coder(entry["coder"]["kind"], entry["coder"]["name"]),
        date=str(entry["date"]),
        codebook=entry["codebook"],
        drawn=entry["drawn"],
        inclusion_probability=drawn / of if drawn and of else None,
        rows=tuple(rows),
    )


def _rows(name: str, content: bytes, entry: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A set's rows; of a set that was read again the closed facets, the rest as it was read first."""
    file, codebook = f"{name}.jsonl", entry["codebook"]
    if "first_reading" not in entry:
        kind = RowKind.SETTLED if entry.get("settled", False) else RowKind.CODED
        return checked_rows(file, content, codebook=codebook, kind=kind)
    first = {row["id"]: row for row in load_set(entry["first_reading"]).rows}
    rows = checked_rows(file, content, codebook=codebook, kind=RowKind.READ_AGAIN)
    if strange := [row["id"] for row in rows if row["id"] not in first]:
        raise LabelError(f"{file}: {strange[0]} is not in {entry['first_reading']}. Only its rows can be read again.")
    return [{**first[row["id"]], **row} for row in rows]


def load_sets() -> tuple[LabelSet, ...]:
    """All sets. No conversation of a test set may be in one that trains.

    Raises:
        LabelError: see load_set; or a conversation both trains and tests.
    """
    sets = tuple(load_set(name) for name in names())
    check_apart(sets)
    return sets


def check_apart(sets: Sequence[LabelSet]) -> None:
    """Raise LabelError if a conversation of a test set is in a set that trains."""
    tested = {name for each in sets if each.purpose == "test" for name in each.ids}
    for each in sets:
        if each.purpose != "test" and (both := sorted(tested & set(each.ids))):
            raise LabelError(
                f"{each.name}.jsonl: {len(both)} conversations of the test set, the first {both[0]}. Take them out: "
                "nothing is trained or tuned on the test set."
            )


def _folder() -> Any:
    return resources.files("economic_index.labels").joinpath("files")


@cache
def _entries() -> dict[str, dict[str, Any]]:
    return tomllib.loads(_folder().joinpath(SETS_FILE).read_text(encoding="utf-8"))


def _checked_entry(name: str, entry: dict[str, Any]) -> dict[str, Any]:
    wanted = {"purpose", "coder", "date", "codebook", "drawn"}
    if missing := sorted(wanted - set(entry)):
        raise LabelError(
            f"{SETS_FILE}: [{name}] lacks {', '.join(missing)}. Say it there: labels without it are not used."
        )
    coder = entry["coder"]
    if entry["purpose"] not in PURPOSES:
        raise LabelError(f"{SETS_FILE}: [{name}] purpose = {entry['purpose']!r}. Write one of {', '.join(PURPOSES)}.")
    if coder.get("kind") not in CODER_KINDS or not coder.get("name"):
        raise LabelError(f"{SETS_FILE}: [{name}] coder needs a name, and a kind that is {' or '.join(CODER_KINDS)}.")
    return entry


def sha256_of(name: str) -> str:
    """SHA-256 of a set's file."""
    return hashlib.sha256(file_bytes(name)).hexdigest()


def as_lines(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Rows as the files hold them: JSON lines in order of id."""
    ordered = sorted(rows, key=lambda row: str(row["id"]))
    return b"".join(orjson.dumps(row) + b"\n" for row in ordered)
