"""The data tests that hold shares to their denominators find what they are for: each is run on a doctored copy."""

import json
import shutil
from pathlib import Path

import duckdb
import pytest
from built_home import Built

pytestmark = pytest.mark.slow

WEEK = "period_type = 'week' and segment_type = 'all' and footing = 'of_all'"
HARM = {
    "a row is lost": ("adds_up_mart_tasks_", f"delete from marts.mart_tasks where {WEEK} and statement_hash = '_none'"),
    "a hidden row is lost": ("adds_up_mart_tasks_", "delete from marts.mart_tasks where is_suppressed"),
    "a row is counted twice": (
        "adds_up_mart_use_cases_",
        f"insert into marts.mart_use_cases from marts.mart_use_cases where {WEEK} and use_case = 'work'",
    ),
    "weight is lost from both": (
        "adds_up_mart_use_cases_",
        "update marts.mart_use_cases set numerator = numerator / 2, denominator = denominator / 2",
    ),
    "a group's row is lost": (
        "adds_up_mart_automation_by_soc_group_",
        "delete from marts.mart_automation_by_soc_group where soc_group = '15' and mode = 'automation'",
    ),
    "a week is lost": (
        "accounts_for_all_mart_accounting_",
        "delete from marts.mart_accounting where period_start = (select min(week_start) from marts.fct_conversations)",
    ),
    "a state is lost": (
        "accounts_for_all_mart_accounting_",
        "delete from marts.mart_accounting where measure = 'skills' and state = 'refused'",
    ),
    "the summary is there twice": (
        "one_row_mart_summary_of_home_",
        "insert into marts.mart_summary_of_home from marts.mart_summary_of_home",
    ),
    "kappa is below its least": (
        "within_range_mart_agreement_kappa_lo_",
        "update marts.mart_agreement set kappa_lo = -1.5 where kappa_lo is not null",
    ),
    "a share of few users is shown": (
        "keeps_its_floor_int_shares_",
        "update intermediate.int_shares set n_users = 9 where n_users > 20 and not starts_with(cell, '_') and "
        "segment_key in (select segment_key from intermediate.int_segments_floored where is_brought)",
    ),
    "a share of few conversations is shown": (
        "keeps_its_floor_int_shares_",
        "update intermediate.int_shares set n_conversations = 14 where cell = '_suppressed' and not is_withheld",
    ),
    "a share that is mostly one person's is shown": (
        "keeps_its_floor_int_shares_",
        "update intermediate.int_cells_counted set largest_user = numerator * 0.51 where n_users > 20",
    ),
    "there is no summary": ("one_row_mart_summary_of_home_", "delete from marts.mart_summary_of_home"),
}


@pytest.mark.parametrize("harm", HARM)
def test_an_identity_finds_its_harm(built: Built, tmp_path: Path, harm: str) -> None:
    name, statement = HARM[harm]
    nodes = json.loads((built.world.lake.dbt_target / "manifest.json").read_text())["nodes"].values()
    (check,) = [node["compiled_code"] for node in nodes if node["name"].startswith(name)]
    # the same file name: DuckDB names its catalog after it
    copy = shutil.copy(built.world.lake.duckdb_path, tmp_path / "index.duckdb")
    with duckdb.connect(copy) as connection:
        assert connection.execute(check).fetchall() == []
        connection.execute(statement)
        assert connection.execute(check).fetchall() != []
