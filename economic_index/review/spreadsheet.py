"""Reviews in a spreadsheet: a row a conversation, with its text and empty columns, written and read back as CSV.

Cells are read as words; whether they can be taken is checking.py's to say. The text is never read back.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping

from economic_index.contracts.review_items import REVIEWED
from economic_index.review.codebook import CODEBOOK_VERSION, SECOND
from economic_index.review.readings import Reading
from economic_index.review.tasks import ReviewFileError, Task
from economic_index.review.texts import as_lines
from economic_index.vocabulary import ReviewFault

GIVEN = ("draw_id", "conversation_id", "reading", "codebook_version", "in_dispute", "text")
LABELS = tuple(name for facet in REVIEWED for name in ((facet, f"{facet}_second") if facet in SECOND else (facet,)))
SAID = ("outcome", "coder", "coder_id", "seconds", "reviewed_on")
COLUMNS = (*GIVEN, *LABELS, *SAID)
NEEDED = frozenset(COLUMNS) - {"in_dispute", "text", "seconds", "reviewed_on"}
REST = "(rest)"
DELIMITERS = (",", ";", "\t")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def as_csv(tasks: Iterable[Task]) -> str:
    """The sheet; no cell begins as a formula would."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    for task in tasks:
        row = {
            "draw_id": task.draw_id,
            "conversation_id": task.conversation_id,
            "reading": task.kind.value,
            "codebook_version": CODEBOOK_VERSION,
            "in_dispute": task.dispute(),
            "text": as_lines(task.turns),
        }
        writer.writerow({name: defused(cell) for name, cell in row.items()})
    return buffer.getvalue()


def defused(cell: str) -> str:
    """A cell that a spreadsheet shows and does not run."""
    return f"'{cell}" if cell.lstrip(" \n").startswith(FORMULA_STARTS) else cell


def readings_in_csv(name: str, content: bytes) -> Iterator[Reading]:
    """The rows, numbered as a spreadsheet numbers them (the header is 1).

    Raises ReviewFileError for a file that is no such sheet.
    """
    lines = io.StringIO(_decoded(content), newline="")
    head = lines.readline()
    lines.seek(0)
    csv.field_size_limit(10_000_000)
    rows = csv.DictReader(lines, restkey=REST, delimiter=max(DELIMITERS, key=head.count))
    columns = [column.strip().casefold() for column in rows.fieldnames or ()]
    rows.fieldnames = columns
    if missing := [column for column in COLUMNS if column in NEEDED and column not in columns]:
        raise ReviewFileError(
            f"{name}: has no column {', '.join(missing)}. Restore the header row as it was exported, or export again."
        )
    if twice := sorted({column for column in columns if column in COLUMNS and columns.count(column) > 1}):
        raise ReviewFileError(f"{name}: has {', '.join(twice)} more than once. Leave one column of each name.")
    try:
        for number, row in enumerate(rows, start=2):
            yield _reading(number, row)
    except csv.Error:
        raise ReviewFileError(f"{name}: is no CSV after line {rows.line_num:,}. Save it as CSV again.") from None


def _decoded(content: bytes) -> str:
    """Spreadsheets save as UTF-8, as UTF-16, or in the code page of the machine; labels are ASCII in all."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _reading(number: int, row: Mapping[str, str | None]) -> Reading:
    if row.get(REST):
        detail = "has more cells than there are columns; a text was split, so export again and copy the labels"
        return Reading(number, fault=(ReviewFault.UNREADABLE_RECORD, detail))
    cells = {name: (row.get(name) or "").strip().removeprefix("'").strip() for name in COLUMNS}
    return Reading(
        line=number,
        draw_id=cells["draw_id"],
        conversation_id=cells["conversation_id"],
        kind=cells["reading"],
        labels={facet: _label(cells[facet]) for facet in REVIEWED},
        next_labels={facet: _label(cells[f"{facet}_second"]) for facet in SECOND},
        outcome=cells["outcome"],
        coder=cells["coder"],
        coder_id=cells["coder_id"],
        codebook_version=cells["codebook_version"].removesuffix(".0"),
        duration=cells["seconds"],
        reviewed_on=cells["reviewed_on"],
    )


def _label(cell: str) -> str:
    """A spreadsheet may have made a number of a SOC group."""
    return cell.removesuffix(".0")
