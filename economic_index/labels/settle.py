"""Joins what two coders read: gathers their files, lists where they differ for a third reading, and folds that back in.

`python -m economic_index.labels.settle gather|sheet|fold`. Sheets have texts, and belong outside the project.
"""

import argparse
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from economic_index.labels.corpus import open_parts
from economic_index.labels.label_rows import (
    SETTLED_FACETS,
    UNSETTLED,
    LabelError,
    RowKind,
    checked_rows,
    classes_of,
    value_of,
)
from economic_index.labels.label_sets import CODERS, SETTLED, as_lines, load_set
from economic_index.labels.sheets import write_sheets
from economic_index.vocabulary import Facet

FILES = Path(__file__).parent / "files"
KEY = "third reading"
CODEBOOK = 1
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Dispute:
    """Two labels of one closed facet of one conversation, in an order that says nothing of who gave which."""

    id: str
    facet: str
    options: tuple[str, str]


def disputes_between(first: Sequence[Row], second: Sequence[Row]) -> list[Dispute]:
    """Where the coders differ, by conversation and facet; the conversations themselves in an order of their own.

    Raises:
        LabelError: the coders did not read the same conversations.
    """
    found = []
    for name, one, other in sorted(_paired(first, second), key=lambda pair: _digest(pair[0])):
        for facet in SETTLED_FACETS:
            options = {value_of(one, facet), value_of(other, facet)}
            if len(options) == 2:
                a, b = sorted(options, key=lambda value: _digest(name, facet, value))
                found.append(Dispute(name, facet, (a, b)))
    return found


def _digest(*parts: str) -> bytes:
    return hashlib.sha256("\n".join((KEY, *parts)).encode()).digest()


def _paired(first: Sequence[Row], second: Sequence[Row]) -> list[tuple[str, Row, Row]]:
    others = {row["id"]: row for row in second}
    if apart := sorted({row["id"] for row in first} ^ set(others)):
        raise LabelError(
            f"{len(apart)} conversations were read by one coder alone, the first {apart[0]}. Both read all."
        )
    return [(row["id"], row, others[row["id"]]) for row in first]


def readings_of(content: bytes, disputes: Sequence[Dispute]) -> dict[tuple[str, str], str]:
    """What the third reading gave: one of the two, a third value, or `unsettled`, by conversation and facet.

    Raises:
        LabelError: a dispute has no reading, a reading no dispute, or a value is none of the codebook.
    """
    open_ones = {(each.id, each.facet) for each in disputes}
    read: dict[tuple[str, str], str] = {}
    for number, line in enumerate(content.splitlines(), start=1):
        row = orjson.loads(line)
        key = (row["id"], row["facet"])
        if key not in open_ones:
            raise LabelError(f"third reading, line {number}: {key[0]}, {key[1]} was not asked, or twice. Take it out.")
        if row["value"] not in (*classes_of(row["facet"]), UNSETTLED):
            raise LabelError(f"third reading, line {number}: {row['value']!r} is no {row['facet']}, nor {UNSETTLED}.")
        open_ones.remove(key)
        read[key] = row["value"]
    if open_ones:
        raise LabelError(f"third reading: {len(open_ones)} disputes unread, the first {min(open_ones)}. Read them too.")
    return read


def settled_rows(first: Sequence[Row], second: Sequence[Row], read: Mapping[tuple[str, str], str]) -> list[Row]:
    """Settled rows: what both said, else what the third reading gave; a dispute that was not read is unsettled."""
    return [_settled(name, one, other, read) for name, one, other in _paired(first, second)]


def _settled(name: str, one: Row, other: Row, read: Mapping[tuple[str, str], str]) -> Row:
    disputed = [facet for facet in SETTLED_FACETS if value_of(one, facet) != value_of(other, facet)]
    values = {facet: value_of(one, facet) for facet in SETTLED_FACETS}
    values |= {facet: read.get((name, facet), UNSETTLED) for facet in disputed}
    flag, group = values[Facet.IS_OCCUPATIONAL], values.pop(Facet.SOC_GROUP)
    rest = [each for each in one["soc_groups"] if each in other["soc_groups"] and each != group]
    groups: list[str] | str = [group, *rest] if group in classes_of(Facet.SOC_GROUP)[:-1] else []
    return {
        "id": name,
        **values,
        "is_occupational": flag if flag == UNSETTLED else flag == "true",
        "soc_groups": UNSETTLED if group == UNSETTLED else groups,
        "disputed": disputed,
    }


def _rows(paths: Iterable[Path]) -> list[Row]:
    return [
        row
        for path in paths
        for row in checked_rows(path.name, path.read_bytes(), codebook=CODEBOOK, kind=RowKind.CODED)
    ]


def _gather(arguments: argparse.Namespace) -> None:
    content = as_lines(_rows(arguments.parts))
    rows = checked_rows(arguments.name, content, codebook=CODEBOOK, kind=RowKind.CODED)
    (FILES / f"{arguments.name}.jsonl").write_bytes(content)
    print(f"{arguments.name}.jsonl: {len(rows)} rows. Say in sets.toml who read them, when, and how they were drawn.")


def _sheet(arguments: argparse.Namespace) -> None:
    disputes = disputes_between(*(load_set(name).rows for name in CODERS))
    arguments.folder.mkdir(parents=True, exist_ok=True)
    lines = [orjson.dumps({"id": each.id, "facet": each.facet, "options": each.options}) for each in disputes]
    (arguments.folder / "disputes.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    texts = write_sheets([open_parts()[name] for name in dict.fromkeys(each.id for each in disputes)], arguments.folder)
    print(f"{len(disputes)} disputes and {len(texts)} sheets of texts. Delete the sheets after reading.")


def _fold(arguments: argparse.Namespace) -> None:
    first, second = (load_set(name).rows for name in CODERS)
    read = {}
    if arguments.reading:
        read = readings_of(arguments.reading.read_bytes(), disputes_between(first, second))
    content = as_lines(settled_rows(first, second, read))
    checked_rows(f"{SETTLED}.jsonl", content, codebook=CODEBOOK, kind=RowKind.SETTLED)
    (FILES / f"{SETTLED}.jsonl").write_bytes(content)
    print(f"{SETTLED}.jsonl: {len(first)} rows, {len(read)} disputes read.")


def main(given: Sequence[str] | None = None) -> None:
    """Gather a coder's files into a set, write the sheet of disputes, or fold its reading in."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True)
    gather = commands.add_parser("gather", help="a coder's files, checked, as one label file")
    gather.add_argument("name")
    gather.add_argument("parts", type=Path, nargs="+")
    gather.set_defaults(run=_gather)
    sheet = commands.add_parser("sheet", help="what the coders differ on, blind, with the texts")
    sheet.add_argument("folder", type=Path, help="outside the project: it will hold texts")
    sheet.set_defaults(run=_sheet)
    fold = commands.add_parser("fold", help="write the settled set; without a reading all disputes are unsettled")
    fold.add_argument("--reading", type=Path, help="JSON lines with id, facet, value")
    fold.set_defaults(run=_fold)
    arguments = parser.parse_args(given)
    arguments.run(arguments)


if __name__ == "__main__":
    main()
