"""The files that go to reviewers and come back: a sheet a reviewer, and a Label Studio project.

They lie where a person asked for them, readable by that person alone; the home knows no path to them.
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from economic_index.review.label_studio import config_xml, readings_in_json, tasks_json
from economic_index.review.readings import Reading
from economic_index.review.spreadsheet import as_csv, readings_in_csv
from economic_index.review.tasks import ReviewFileError, Task, in_order_of
from economic_index.vocabulary import ReadingKind

SHEETS = {".csv", ".tsv", ".txt"}


def file_names(reviewers: int) -> list[str]:
    """All that an export writes."""
    numbers = range(1, reviewers + 1)
    tasks = [f"label_studio/tasks_{number}.json" for number in numbers]
    return [*(f"reviewer_{number}.csv" for number in numbers), "label_studio/config.xml", *tasks]


def check_free(folder: Path, reviewers: int) -> None:
    """Raise ReviewFileError where an earlier export, perhaps filled in, would be written over."""
    if there := [name for name in file_names(reviewers) if (folder / name).exists()]:
        raise ReviewFileError(f"{folder}: has {there[0]} already, which may be filled in. Name another folder.")


def write_export(folder: Path, tasks: Sequence[Task], reviewers: int, kind: ReadingKind) -> list[Path]:
    """Write the files; a reviewer's have an order of their own."""
    check_free(folder, reviewers)
    (folder / "label_studio").mkdir(parents=True, exist_ok=True)
    paths = [folder / name for name in file_names(reviewers)]
    ordered = [in_order_of(number, tasks) for number in range(1, reviewers + 1)]
    # a byte order mark, by which spreadsheets know UTF-8
    contents = ["\ufeff" + as_csv(each) for each in ordered]
    contents += [config_xml(kind), *map(tasks_json, ordered)]
    for path, content in zip(paths, contents, strict=True):
        with os.fdopen(
            os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8", newline=""
        ) as file:
            file.write(content)
    return paths


def readings_in(path: Path) -> Iterator[Reading]:
    """The readings in a file that came back. Raises ReviewFileError for one that is none."""
    suffix = path.suffix.lower()
    if suffix not in {".json", *SHEETS}:
        raise ReviewFileError(f"{path.name}: neither a spreadsheet saved as CSV nor a JSON export of Label Studio.")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ReviewFileError(f"{path}: cannot be read ({error.strerror}).") from None
    read = readings_in_json if suffix == ".json" else readings_in_csv
    yield from read(path.name, content)
