"""The shipped facts give the published figures of February 2025 (method, section 2), by plain pandas."""

import pandas as pd
import pyarrow.parquet as pq
import pytest

from economic_index.contracts.reference import FACT_TABLES
from economic_index.taxonomy import facts

GROUP_SHARES = {
    "15": 37.22, "27": 10.28, "25": 9.33, "43": 7.87, "19": 6.38, "13": 5.93, "17": 4.51, "11": 4.48,
    "51": 2.93, "29": 2.58, "41": 2.27, "21": 2.07, "23": 0.90, "49": 0.72, "35": 0.53, "39": 0.46,
    "47": 0.42, "33": 0.38, "53": 0.28, "31": 0.27, "37": 0.10, "45": 0.07,
}  # fmt: skip


@pytest.fixture(scope="module")
def listings() -> pd.DataFrame:
    tasks = facts.load("onet_tasks").query("onet_version == '20.1'")
    return tasks.drop_duplicates(["statement_hash", "onet_soc_code"])


@pytest.fixture(scope="module")
def used(listings: pd.DataFrame) -> pd.DataFrame:
    titles = listings.groupby("statement_hash")["onet_soc_code"].transform("count")
    usage = listings["statement_hash"].map(facts.published_usage())
    return listings.assign(share=usage / titles).dropna(subset=["share"])


def test_the_join_has_the_published_number_of_rows_and_titles(used: pd.DataFrame) -> None:
    assert len(used) + 1 == 4_245  # and the pseudo-task none, which matches no statement
    assert used["onet_soc_code"].nunique() == 756


def test_group_shares_are_the_published_ones_to_the_digit(used: pd.DataFrame) -> None:
    shares = (used.groupby(used["onet_soc_code"].str[:2])["share"].sum() * 100).round(2)
    assert shares.to_dict() == GROUP_SHARES


def test_full_credit_instead_of_one_nth_would_be_wrong(listings: pd.DataFrame) -> None:
    usage = listings["statement_hash"].map(facts.published_usage())
    education = usage[listings["onet_soc_code"].str[:2] == "25"].sum() / usage.sum()
    assert round(education * 100, 2) == 24.51


def test_pattern_counts_are_whole_and_shares_those_published() -> None:
    cells = facts.load("published_cells").query("facet == 'collaboration' and node_id != 'none'")
    counts = cells.set_index("node_id")["conversation_count"]
    shares = (counts / counts.sum() * 100).round(2).to_dict()
    assert shares == {
        "directive": 27.75, "feedback_loop": 14.80, "task_iteration": 31.33, "learning": 23.27, "validation": 2.85,
    }  # fmt: skip


def test_every_code_shares_itself_out_whole() -> None:
    walk = facts.load("crosswalks")
    sums = walk.groupby(["from_taxonomy", "from_code", "to_taxonomy"])["weight"].sum()
    assert sums.between(1 - 1e-9, 1 + 1e-9).all()


def test_activities_cover_the_published_mass_as_rule_14_says() -> None:
    cells = facts.load("published_cells").query("facet == 'task'")  # none counts in the denominator
    has_activity = cells["node_id"].isin(facts.iwas_of_statements("20.1"))
    assert round(cells["value"][has_activity].sum() / cells["value"].sum() * 100, 1) == 98.8


def test_zones_cover_nearly_all_titles(listings: pd.DataFrame) -> None:
    zones = facts.load("job_zones").query("onet_version == '20.1'")
    assert listings["onet_soc_code"].drop_duplicates().isin(zones["onet_soc_code"]).sum() == 973
    assert zones["job_zone"].between(1, 5).all()


def test_major_groups_employ_what_the_paper_took_for_baseline() -> None:
    market = facts.load("labour_market").query("year == 2023 and soc_taxonomy == 'soc_group'")
    shares = market.set_index("occupation_code")["employment"]
    assert len(shares) == 22
    assert round(shares["15"] / shares.sum() * 100, 2) == 3.41
    assert not market["is_top_coded"].any()


def test_missing_and_top_coded_wages_are_no_numbers() -> None:
    market = facts.load("labour_market").query("year == 2023 and soc_taxonomy == 'oews'")
    assert market["is_top_coded"].sum() == 15
    assert market["median_wage"].isna().sum() == 20  # 15 top-coded, 5 not available


@pytest.mark.parametrize("table", FACT_TABLES, ids=lambda table: table.name)
def test_files_have_the_schema_of_their_contract_and_no_sentence(table) -> None:
    path = facts.FOLDER / f"{table.name}.parquet"
    assert pq.read_schema(path).equals(table.arrow_schema())
    rows = facts.load(table.name)
    longest = max(rows[name].str.len().max() for name in rows.columns if rows[name].dtype == "str")
    assert longest <= 110  # the longest occupation title; statements run to 400 and more
