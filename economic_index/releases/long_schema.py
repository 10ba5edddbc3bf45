"""The long files of the Anthropic Economic Index, read line by line into published cells, by both editions.

Codes stay text and nothing is taken for missing: `NA` is Namibia, `none` is not `not_classified`, hours are not
minutes.
No file is looked for here, and nothing is counted (counts.py).
"""

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from economic_index.taxonomy.codes import normalise, statement_hash

COLUMNS = (
    *("geo_id", "geography", "date_start", "date_end", "platform_and_product"),
    *("facet", "level", "variable", "cluster_name", "value"),
)
JUNE_2026 = (
    *("date_start", "date_end", "geo_id", "geo_level", "category_name", "hierarchy_level", "metric_id", "value"),
    *("node_name", "node_external_id"),
)
PAIR, TASK, SPECIAL = "::", "onet_task", ("none", "not_classified")
TASK_FLOOR = (15, 5)  # conversations and accounts of every task cell (data documentation of the releases)
# what the releases of those windows are called
RELEASES = {"2025-08-04": "2025-09-15", "2025-11-13": "2026-01-15", "2026-02-05": "2026-03-24"}
API = "1P API"
REMEDY = "Take the file from its official place again, or mend the line."


class NotALongFile(Exception):
    """The header is none of the two that are known."""


@dataclass
class LongFile:
    """What one file holds: cells, the names of their nodes, and the lines that are none."""

    cells: list[dict[str, Any]] = field(default_factory=list)
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    rejected: list[dict[str, Any]] = field(default_factory=list)


def read_long(path: Path) -> LongFile:
    """All rows of a long file, by either header.

    Raises NotALongFile for another header. A line that is none goes to `rejected` with file, line and reason.
    """
    found = LongFile()
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        header = tuple(next(reader, []))
        if header not in (COLUMNS, JUNE_2026):
            raise NotALongFile(f"{path.name}, line 1: not the header of a long file. Known: {','.join(COLUMNS)}; or "
                               f"{','.join(JUNE_2026)}.")  # fmt: skip
        for line in reader:
            try:
                _take(found, dict(zip(header, line, strict=True)), path)
            except ValueError as problem:
                found.rejected.append(_rejected(path, reader.line_num, problem))
    return found


def _rejected(path: Path, line: int, problem: ValueError) -> dict[str, Any]:
    reason = "another number of values than the header has" if "zip()" in str(problem) else str(problem)
    return {"file": path.name, "line": line, "reason": f"{reason}. {REMEDY}"}


def _take(found: LongFile, row: dict[str, str], path: Path) -> None:
    cell = _old_edition(row) if "facet" in row else _june_edition(row, path)
    name = cell.pop("name")
    cell["node_id"] = node_of(cell["facet"], name) if cell["node_id"] is None else cell["node_id"]
    if cell["node_id"] != name:
        found.names[cell["facet"], cell["node_id"]] = name
    found.cells.append(cell)


def _old_edition(row: dict[str, str]) -> dict[str, Any]:
    platform, start = row["platform_and_product"], row["date_start"]
    return {
        "release": RELEASES.get(start, start),
        "platform": "api" if platform == API else "claude_ai",
        "platform_and_product": platform,
        **_window(start, row["date_end"]),
        "geo_id": row["geo_id"],
        "geography": row["geography"],
        "facet": row["facet"],
        "level": whole(row["level"], "level"),
        "variable": row["variable"],
        "node_id": None,
        "value": number(row["value"]),
        "name": row["cluster_name"],
    }


def _june_edition(row: dict[str, str], path: Path) -> dict[str, Any]:
    """`date_end` is excluded there; nodes have ids of O*NET 30 where they have any."""
    platform = "api" if "1p_api" in path.name else "claude_ai"
    return {
        "release": path.stem[-10:],
        "platform": platform,
        "platform_and_product": API if platform == "api" else "Claude AI",
        **_window(row["date_start"], row["date_end"]),
        "geo_id": row["geo_id"],
        "geography": row["geo_level"],
        "facet": row["category_name"],
        "level": whole(row["hierarchy_level"] or "0", "hierarchy_level"),
        "variable": row["metric_id"],
        "node_id": row["node_external_id"] or None,
        "value": number(row["value"]),
        "name": row["node_name"],
    }


def _window(start: str, end: str) -> dict[str, date]:
    try:
        return {"window_start": date.fromisoformat(start), "window_end": date.fromisoformat(end)}
    except ValueError:
        raise ValueError("date_start or date_end is no date (YYYY-MM-DD)") from None


def whole(text: str, what: str) -> int:
    """A whole number; `0.0` is none. Raises ValueError."""
    if not text.lstrip("-").isdecimal():
        raise ValueError(f"{what} is no whole number")
    return int(text)


def number(text: str) -> float:
    """A number that is one: neither empty, nor infinite. Raises ValueError."""
    try:
        value = float(text)
    except ValueError:
        raise ValueError("value is no number") from None
    if not math.isfinite(value):
        raise ValueError("value is no number")
    return value


def node_of(facet: str, name: str) -> str:
    """The key of a node: the hash of a statement or of a request cluster, else its label.

    Of two facets in one, the first is before the last `::`.
    """
    if PAIR in facet:
        first, label = name.rsplit(PAIR, 1)
        return f"{node_of(facet.partition(PAIR)[0], first)}{PAIR}{label.replace(' ', '_')}"
    if facet == TASK:
        return name if normalise(name) in SPECIAL else statement_hash(name)
    if facet == "request":
        return name if name in SPECIAL else statement_hash(name)
    return name.replace(" ", "_")


def rows_of(cells: list[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    """Cells as lines of the old edition, which is the release schema; `name` is the cluster's."""
    for cell in cells:
        yield (
            *(str(cell[name]) for name in ("geo_id", "geography", "window_start", "window_end")),
            *(str(cell[name]) for name in ("platform_and_product", "facet", "level", "variable", "name")),
            repr(float(cell["value"])),
        )
