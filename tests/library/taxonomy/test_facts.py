"""The shipped facts give the published figures of February 2025 (method, section 2), by plain pandas."""

import json
from pathlib import Path

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
GROUP_EMPLOYMENT = {
    "15": 3.41, "27": 1.39, "25": 5.76, "43": 12.20, "19": 0.91, "13": 6.64, "17": 1.67, "11": 6.91,
    "51": 5.78, "29": 6.11, "41": 8.81, "21": 1.59, "23": 0.82, "49": 3.94, "35": 8.72, "39": 2.00,
    "47": 4.10, "33": 2.31, "53": 9.06, "31": 4.65, "37": 2.92, "45": 0.28,
}  # fmt: skip
OFFICIAL_PLACES = (
    "https://www.onetcenter.org/",
    "https://www.bls.gov/",
    "https://huggingface.co/datasets/Anthropic/EconomicIndex/",
    "https://github.com/openai/GPTs-are-GPTs",
    "https://github.com/microsoft/working-with-ai",
    "https://esco.ec.europa.eu/",
)


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
    cells = facts.load("published_cells").query(
        "facet == 'collaboration' and release == '2025-02-10' and node_id != 'none'"
    )
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
    cells = facts.load("published_cells").query(
        "facet == 'onet_task' and release == '2025-02-10'"
    )  # none counts in the denominator
    has_activity = cells["node_id"].isin(facts.iwas_of_statements("20.1"))
    assert round(cells["value"][has_activity].sum() / cells["value"].sum() * 100, 1) == 98.8


@pytest.mark.parametrize(("at_least", "titles"), [(0.10, 557), (0.25, 353), (0.50, 112), (0.75, 40)])
def test_depth_of_974_titles_is_the_published_one(listings: pd.DataFrame, at_least: float, titles: int) -> None:
    is_used = listings["statement_hash"].isin(facts.published_usage())
    depth = is_used.groupby(listings["onet_soc_code"]).mean()
    assert len(depth) == 974
    assert (depth >= at_least).sum() == titles


def test_concentration_is_the_published_one() -> None:
    cells = (
        facts.load("published_cells")
        .query("facet == 'onet_task' and release == '2025-02-10'")
        .set_index("node_id")["conversation_count"]
    )
    assert cells.sum() == 767_510
    assert cells.min() == 15  # the publisher's floor
    assert round(cells.max() / cells.sum() * 100, 2) == 4.79
    assert round(cells.nlargest(10).sum() / cells.sum() * 100, 2) == 21.15
    named = cells.drop("none")
    assert round(named.max() / named.sum() * 100, 2) == 4.82
    assert round(named.nlargest(10).sum() / named.sum() * 100, 2) == 21.25


def test_zones_cover_nearly_all_titles(listings: pd.DataFrame) -> None:
    zones = facts.load("job_zones").query("onet_version == '20.1'")
    assert listings["onet_soc_code"].drop_duplicates().isin(zones["onet_soc_code"]).sum() == 973
    assert zones["job_zone"].between(1, 5).all()


def _zone_five(usage: pd.Series, titles: pd.Series, zone: pd.Series) -> float:
    """Share of zoned usage over share of zoned titles, in zone 5."""
    return (usage[zone == 5].sum() / usage.sum()) / (titles[zone == 5].sum() / titles.sum())


def test_zone_five_is_over_represented_by_zones_of_18_1(used: pd.DataFrame, listings: pd.DataFrame) -> None:
    zones = facts.load("job_zones").query("onet_version == '20.1' and via == 'O*NET 18.1'")
    by_code = used.groupby("onet_soc_code")["share"].sum().reindex(listings["onet_soc_code"].unique(), fill_value=0)
    zoned = zones.set_index("onet_soc_code")["job_zone"]
    usage = by_code[by_code.index.isin(zoned.index)]
    ones = pd.Series(1.0, index=usage.index)
    assert round(_zone_five(usage, ones, zoned.reindex(usage.index)), 2) == 1.29


def test_zone_five_is_over_represented_through_the_crosswalk(used: pd.DataFrame, listings: pd.DataFrame) -> None:
    walk = facts.load("crosswalks").query("from_taxonomy == 'onet_soc_2010' and to_taxonomy == 'onet_soc_2019'")
    walk = walk[walk["from_code"].isin(listings["onet_soc_code"])]
    zones = facts.load("job_zones").query("onet_version == '30.1'").set_index("onet_soc_code")["job_zone"]
    walk = walk.assign(zone=walk["to_code"].map(zones)).dropna(subset=["zone"])
    by_code = used.groupby("onet_soc_code")["share"].sum()
    usage = walk["from_code"].map(by_code).fillna(0) * walk["weight"]
    assert round(_zone_five(usage, walk["weight"], walk["zone"]), 2) == 1.23


def test_skills_of_20_1_stand_for_the_codes_behind_each_title(listings: pd.DataFrame) -> None:
    rows = facts.load("skills")
    old, new = (rows.query("onet_version == @version") for version in ("20.1", "30.1"))
    assert old["skill"].nunique() == 35
    assert listings["onet_soc_code"].drop_duplicates().isin(old["onet_soc_code"]).sum() == 958
    assert set(new["needed_share"]) == {0.0, 1.0}
    assert new["needed_share"].eq(1).equals(new["importance"] >= 3)
    # 25-2052.00 leads to two codes: what is shared is their mean, what is needed by one alone a half
    walk = facts.load("crosswalks").query("from_code == '25-2052.00' and to_taxonomy == 'onet_soc_2019'")
    behind = new[new["onet_soc_code"].isin(walk["to_code"])].groupby("skill")
    row = old[old["onet_soc_code"] == "25-2052.00"].set_index("skill")
    assert len(walk) == 2
    assert row["importance"].sub(behind["importance"].mean()).abs().max() < 1e-6
    assert row["needed_share"].equals(behind["needed_share"].mean())


def test_a_level_that_must_not_be_used_is_missing() -> None:
    rows = facts.load("skills").query("onet_version == '30.1'")
    assert (~rows["is_level_relevant"]).sum() == 3_383
    assert rows["level"].isna().sum() == 3_383 + 139  # and those that O*NET recommends to suppress


def test_major_groups_employ_what_the_paper_took_for_baseline() -> None:
    market = facts.load("labour_market").query("year == 2023 and soc_taxonomy == 'soc_group'")
    employment = market.set_index("occupation_code")["employment"]
    assert (employment / employment.sum() * 100).round(2).to_dict() == GROUP_EMPLOYMENT
    assert not market["is_top_coded"].any()


@pytest.mark.parametrize(("year", "top_coded", "not_available"), [(2023, 15, 5), (2024, 17, 5), (2025, 5, 0)])
def test_missing_and_top_coded_wages_are_no_numbers(year: int, top_coded: int, not_available: int) -> None:
    market = facts.load("labour_market").query("year == @year and soc_taxonomy == 'oews'")
    missing = market["median_wage"].isna()
    assert market["is_top_coded"].sum() == top_coded
    assert missing[market["is_top_coded"]].all()
    assert missing[~market["is_top_coded"]].sum() == not_available
    assert market["employment_rse"].between(0, 1).all()


def test_the_workforce_grows_by_what_the_survey_says_from_year_to_year() -> None:
    groups = facts.load("labour_market").query("soc_taxonomy == 'soc_group'")
    totals = groups.groupby("year")["employment"].agg(["sum", "count"])
    assert totals["count"].eq(22).all()
    # published totals; group figures are rounded to 10
    assert totals["sum"].sub([151_853_870, 154_187_380, 155_495_730]).abs().max() <= 100


def test_every_2019_code_but_military_ones_leads_to_a_wage_code() -> None:
    codes = set(facts.titles("onet_soc_2019"))
    walk = facts.load("crosswalks").query("from_taxonomy == 'onet_soc_2019' and to_taxonomy == 'oews'")
    assert {code[:2] for code in codes - set(walk["from_code"])} == {"55"}
    paid = facts.load("labour_market").query("year == 2023 and soc_taxonomy == 'oews'")["occupation_code"]
    assert set(walk["to_code"]) - set(paid) == {"45-3031"}  # fishing and hunting workers: not surveyed


def test_views_of_statements_agree_with_each_other() -> None:
    for version, statements, codes in (("20.1", 18_428, 974), ("30.1", 17_536, 923)):
        listed = facts.occupations_of_statements(version)
        assert set(listed) == facts.statement_hashes(version)
        assert len(listed) == statements
        assert len({code for listing in listed.values() for code in listing}) == codes
        assert facts.soc_groups_of_statements(version).keys() == listed.keys()
        assert facts.dwas_of_statements(version).keys() == facts.iwas_of_statements(version).keys()
    assert len(facts.dwas_of_statements("30.1")) == 17_536  # every task of 30.1 has an activity


def test_activities_of_20_1_name_the_version_that_links_them() -> None:
    rows = facts.load("task_activities").query("onet_version == '20.1'")
    assert set(rows["via"]) == {"30.1", "27.0", "18.1"}
    assert (rows.groupby("task_id")["via"].nunique() == 1).all()
    assert set(rows["dwa_id"]) <= set(facts.load("activities")["dwa_id"])


def test_a_version_without_facts_is_an_error_that_names_the_known() -> None:
    with pytest.raises(ValueError, match=r"O\*NET 21.0: no onet_tasks. Known: 20.1, 27.0, 30.1"):
        facts.statement_hashes("21.0")


def test_a_changed_file_is_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "soc_groups.parquet").write_bytes((facts.FOLDER / "soc_groups.parquet").read_bytes() + b"x")
    monkeypatch.setattr(facts, "FOLDER", tmp_path)
    with pytest.raises(facts.FactsDamaged, match=r"soc_groups\.parquet"):
        facts.load("soc_groups")


@pytest.mark.parametrize("table", FACT_TABLES, ids=lambda table: table.name)
def test_files_have_the_schema_of_their_contract_and_no_sentence(table) -> None:
    path = facts.FOLDER / f"{table.name}.parquet"
    assert pq.read_schema(path).equals(table.arrow_schema())
    rows = facts.load(table.name)
    texts = [rows[name].dropna() for name in rows.columns if rows[name].dtype == "str"]
    assert max(text.str.len().max() for text in texts) <= 105  # the longest occupation title
    assert not any(text.str.endswith(".").any() for text in texts)  # as statements and activity titles do


def test_activities_carry_no_titles_but_those_of_gwas() -> None:
    rows = facts.load("activities")
    assert {name for name in rows.columns if not name.endswith("_id")} == {"gwa_name", "vintage"}
    assert rows["gwa_name"].nunique() == 37  # of the 41, those that have activities


def test_the_manifest_names_an_official_place_for_every_file() -> None:
    manifest = json.loads((facts.FOLDER / "manifest.json").read_text())
    assert set(manifest) == {table.name for table in FACT_TABLES}
    for entry in manifest.values():
        for source in entry["sources"].values():
            assert source["url"].startswith(OFFICIAL_PLACES)
            assert len(source["sha256"]) == 64


def test_all_facts_are_small() -> None:
    assert sum(path.stat().st_size for path in facts.FOLDER.iterdir()) < 3_000_000
