"""Long files in both directions: what was imported, exported, is the same row by row; a bad line is lost alone."""

import csv
from pathlib import Path

import pandas as pd
import pytest

from economic_index.contracts.reference import PUBLISHED_CELLS, PUBLISHED_NAMES
from economic_index.releases.export import published_files
from economic_index.releases.files import FoundFile, ReleaseSource
from economic_index.releases.imported import Imported, import_files, merged
from economic_index.releases.long_schema import JUNE_2026, NotALongFile, read_long
from economic_index.taxonomy import facts
from economic_index.taxonomy.codes import statement_hash
from tests.library.releases import long_files
from tests.library.releases.long_files import WATER

NO_STATEMENTS = pd.DataFrame({"statement_hash": [], "statement": []})


def imported(path: Path) -> Imported:
    files, missing = ReleaseSource(path.parent, path.parent / "cache", may_fetch=False).files()
    assert missing == []
    return import_files(files)


def rows_of(text: str) -> list[list[str]]:
    rows = list(csv.reader(text.splitlines()))
    return sorted([*row[:-1], repr(float(row[-1]))] for row in rows[1:])


def test_what_was_imported_exported_equals_it_row_by_row(tmp_path: Path) -> None:
    path = long_files.write(tmp_path)
    found = imported(path)
    PUBLISHED_CELLS.schema.validate(found.cells)
    PUBLISHED_NAMES.schema.validate(found.names)
    ((name, content),) = published_files(found.cells, found.names, NO_STATEMENTS)
    assert name == "aei_claude_ai_2026-03-24.csv"
    assert rows_of(content) == rows_of(path.read_text())
    assert found.rejected.empty


def test_cells_keep_their_codes_levels_and_units(tmp_path: Path) -> None:
    cells = imported(long_files.write(tmp_path)).cells
    assert cells.loc[cells["geography"] == "country", "geo_id"].unique().tolist() == ["NA"]
    assert cells["platform_and_product"].unique().tolist() == ["Claude AI (Free, Pro, and Max)"]
    tasks = cells[cells["variable"] == "onet_task_pct"].set_index("node_id")
    assert {"none", "not_classified", statement_hash(WATER)} < set(tasks.index)
    assert tasks.loc[statement_hash(WATER), "conversation_count"] == 600  # recovered from the percentages
    assert tasks["total_conversation_count"].unique().tolist() == [1000]
    patterns = cells[cells["variable"] == "collaboration_pct"].set_index("node_id")
    assert patterns.loc["task_iteration", "conversation_count"] == 500  # printed beside it
    assert cells.loc[cells["facet"] == "request", "level"].tolist() == [2]
    assert cells.loc[cells["variable"] == "human_only_time_mean", "conversation_count"].isna().all()


def test_no_sentence_is_a_key(tmp_path: Path) -> None:
    found = imported(long_files.write(tmp_path))
    assert not found.cells["node_id"].str.contains("water|garden|parcels").any()
    assert WATER in set(found.names["name"])


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("GLOBAL,global,2026-02-05,2026-02-12,1P API,use_case,0,use_case_pct,work", "another number of values"),
        ("GLOBAL,global,2026-02-05,2026-02-12,1P API,use_case,0.5,use_case_pct,work,1.0", "level is no whole number"),
        ("GLOBAL,global,2026-02-05,2026-02-12,1P API,use_case,0,use_case_pct,work,nan", "value is no number"),
        ("GLOBAL,global,2026-02-05,2026-02-12,1P API,use_case,0,use_case_pct,work,", "value is no number"),
        ("GLOBAL,global,February,2026-02-12,1P API,use_case,0,use_case_pct,work,1.0", "is no date"),
    ],
)
def test_a_bad_line_is_rejected_with_file_line_and_remedy_and_the_rest_goes_on(
    tmp_path: Path, broken: str, said: str
) -> None:
    rows = long_files.lines()
    found = imported(long_files.write(tmp_path, [*rows[:3], broken, *rows[3:]]))
    assert len(found.cells) == len(rows)
    (told,) = found.rejected.to_dict("records")
    assert told["line"] == 5
    assert said in told["reason"]
    assert "Take the file from its official place" in told["reason"]


def test_another_header_is_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "aei_raw_other.csv"
    path.write_text("task_name,pct\nx,1\n")
    with pytest.raises(NotALongFile, match=r"aei_raw_other.csv, line 1: not the header of a long file\. Known: geo_id"):
        read_long(path)
    assert imported(path).rejected["reason"].str.contains("not the header").all()


def test_a_file_that_is_cut_does_not_replace_whole_shares(tmp_path: Path) -> None:
    found = imported(long_files.write(tmp_path, [row for row in long_files.lines() if WATER not in row]))
    assert "onet_task" not in set(found.cells["facet"])
    assert "add up to 40.0 %" in found.rejected["reason"].iloc[0]


def test_imported_facets_replace_the_shipped_ones_and_no_others(tmp_path: Path) -> None:
    found = imported(long_files.write(tmp_path))
    whole = merged(facts.load("published_cells"), found.cells)
    PUBLISHED_CELLS.schema.validate(whole)
    here = whole.query("release == '2026-03-24' and platform == 'claude_ai'")
    assert (here["facet"] == "onet_task").sum() == 4
    assert (whole.query("release == '2026-03-24' and platform == 'api'")["facet"] == "onet_task").sum() == 2_299
    assert merged(facts.load("published_cells"), found.cells[:0]).equals(facts.load("published_cells"))


def test_the_june_edition_joins_on_ids(tmp_path: Path) -> None:
    path = tmp_path / "aei_1p_api_2026-06-26.csv"
    row = "2026-05-01,2026-06-01,GLOBAL,global,soc_occupation,0,pct,5.1,Document Management Specialists,15-1299.03"
    path.write_text(f"{','.join(JUNE_2026)}\n{row}\n")
    (cell,) = import_files([FoundFile(path, path.name, "")]).cells.to_dict("records")
    assert (cell["release"], cell["platform"], cell["node_id"]) == ("2026-06-26", "api", "15-1299.03")
    assert (cell["variable"], cell["value"], cell["level"]) == ("pct", 5.1, 0)


def test_shipped_cells_are_exported_by_hash_or_by_statement() -> None:
    cells = facts.load("published_cells").query("release == '2025-02-10' and facet != 'job_zone'")
    first = cells.query("facet == 'onet_task' and node_id != 'none'")["node_id"].iloc[0]
    known = pd.DataFrame({"statement_hash": [first], "statement": ["Water The Plants."]})
    ((_, content),) = published_files(cells, pd.DataFrame(columns=["facet", "node_id", "name"]), known)
    names = {row[8]: float(row[9]) for row in csv.reader(content.splitlines()[1:])}
    assert names["water the plants."] == cells.set_index("node_id").loc[first, "value"]
    assert "feedback loop" in names
    assert len(names) == len(cells) - 1  # none is a task and a pattern
