"""Sheets as coders would send them back."""

import csv
import io
from collections.abc import Iterable
from typing import Any

from economic_index.review.spreadsheet import COLUMNS, as_csv
from economic_index.review.tasks import Task

LABELS = {
    "is_occupational": "true",
    "use_case": "work",
    "collaboration": "directive",
    "intent": "doing",
    "soc_group": "15",
}
SAID = {"coder": "person", "coder_id": "one@example.org", "seconds": "31"}


def rows(tasks: Iterable[Task]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(as_csv(tasks))))


def filled(tasks: Iterable[Task], **changes: Any) -> list[dict[str, str]]:
    """All rows filled in alike."""
    return [row | LABELS | SAID | changes for row in rows(tasks)]


def written(lines: Iterable[dict[str, str]], columns: Iterable[str] = COLUMNS, delimiter: str = ",") -> str:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(columns), delimiter=delimiter, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(lines)
    return buffer.getvalue()
