"""A report is current only if it shows the build that is served and was written by the code as it is now."""

import json
import shutil
from pathlib import Path

import pytest

from economic_index import publish
from economic_index.lake import Lake
from economic_index.publish.report_note import is_report_current, publish_version, version_of, write_report_note

SOURCES = Path(publish.__file__).parent
EDITED = ["sentences.py", "figures/trend.py", "templates/report.html", "templates/report.css"]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    made = Lake(tmp_path)
    made.serve("first", {})
    made.write_report("<html>")
    write_report_note(made, "first")
    return made


def test_the_report_of_the_build_that_is_served_is_current(lake: Lake) -> None:
    assert is_report_current(lake)


def test_a_run_killed_between_the_switch_and_the_report_leaves_a_stale_one(lake: Lake) -> None:
    lake.serve("second", {})
    assert not is_report_current(lake)
    lake.write_report("<html>")
    assert not is_report_current(lake)  # killed before the note: it is made again
    write_report_note(lake, "second")
    assert is_report_current(lake)


def test_a_report_of_other_code_or_without_a_note_is_stale(lake: Lake) -> None:
    note = lake.report_path.with_name("made_of.json")
    written = json.loads(note.read_text())
    note.write_text(json.dumps(written | {"publish_version": "before"}))
    assert not is_report_current(lake)
    note.write_text('{"build_id": "fir')
    assert not is_report_current(lake)
    note.unlink()
    assert not is_report_current(lake)


def test_a_report_that_was_deleted_is_made_again(lake: Lake) -> None:
    lake.report_path.unlink()
    assert not is_report_current(lake)


@pytest.mark.parametrize("edited", EDITED)
def test_an_edited_sentence_template_or_figure_is_another_version(edited: str, tmp_path: Path) -> None:
    copy = tmp_path / "publish"
    shutil.copytree(SOURCES, copy)
    assert version_of(copy) == publish_version()
    with (copy / edited).open("a") as file:
        file.write("\n")
    assert version_of(copy) != publish_version()
