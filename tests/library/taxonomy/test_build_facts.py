"""Facts are built the same way twice, and not at all from other files."""

from pathlib import Path

import pandas as pd
import pytest

from economic_index.contracts.reference import FACT_TABLES, SOC_GROUPS
from economic_index.taxonomy import build_facts, facts
from economic_index.taxonomy.building.labour_market import labour_market
from economic_index.taxonomy.codes import normalise, statement_hash
from economic_index.taxonomy.source_files import SOURCES, TABLE_SOURCES, read


@pytest.mark.parametrize("table", FACT_TABLES, ids=lambda table: table.name)
def test_rows_in_any_order_give_the_shipped_bytes(table, tmp_path: Path) -> None:
    rows = facts.load(table.name).sample(frac=1, random_state=7)
    path = tmp_path / "again.parquet"
    build_facts.write(table, build_facts.conform(table, rows), path)
    assert path.read_bytes() == (facts.FOLDER / f"{table.name}.parquet").read_bytes()


def test_every_table_has_a_builder_and_its_files_in_the_catalogue() -> None:
    names = {table.name for table in FACT_TABLES}
    assert set(build_facts.BUILDERS) == set(TABLE_SOURCES) == names
    assert {source for sources in TABLE_SOURCES.values() for source in sources} <= set(SOURCES)


def test_a_row_twice_breaks_the_contract() -> None:
    rows = facts.load("soc_groups")
    with pytest.raises(Exception, match="soc_group"):
        build_facts.conform(SOC_GROUPS, pd.concat([rows, rows.head(1)]))


def test_another_statements_file_stops_the_build_before_anything_is_written(tmp_path: Path) -> None:
    for name, header in (("tasks_20.1", "O*NET-SOC Code,Title,Task ID,Task,Task Type"), ("aei_tasks", "task_name,pct")):
        path = tmp_path / SOURCES[name].path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(header + "\n" + ",".join(["none"] * (header.count(",") + 1)) + "\n")
    with pytest.raises(SystemExit, match=r"rows after the join.*: 1, expected 4,245.*docs/reference_data\.md"):
        build_facts.main([str(tmp_path), str(tmp_path / "facts")])
    assert not (tmp_path / "facts").exists()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"onet_task_statements\.csv"):
        build_facts.main([str(tmp_path)])


def test_codes_and_marks_are_read_as_text(tmp_path: Path) -> None:
    path = tmp_path / SOURCES["zones_30.1"].path
    path.parent.mkdir(parents=True)
    path.write_text('O*NET-SOC Code\tJob Zone\n11-1011.00\tn/a\nNA\t"4\n', encoding="utf-8-sig")
    assert read(tmp_path, "zones_30.1").to_numpy().tolist() == [["11-1011.00", "n/a"], ["NA", '"4']]


def test_an_unknown_mark_in_a_wage_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / SOURCES["oews_2023"].path
    path.parent.mkdir(parents=True)
    header = "OCC_CODE,O_GROUP,TOT_EMP,EMP_PRSE,A_MEAN,A_MEDIAN\n"
    path.write_text(header + "11-1011,detailed,10,1.0,100,~\n")
    with pytest.raises(ValueError, match="~"):
        labour_market(tmp_path)


def test_statements_are_known_by_their_normalised_text() -> None:
    # sha256 of the bytes of "wind the clocks" begins so, by another program than ours (sha256sum)
    assert statement_hash("  Wind the CLOCKS \n") == statement_hash("wind the clocks") == "8fc670549b98bb17"
    assert normalise("Ärzte beraten ") == "ärzte beraten"
