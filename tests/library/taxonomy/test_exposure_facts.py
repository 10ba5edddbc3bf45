"""Exposure and the international classification, as shipped, against what their publishers print of them."""

from pathlib import Path

import pandas as pd
import pytest

from economic_index.taxonomy import facts
from economic_index.taxonomy.building import exposures
from economic_index.taxonomy.source_files import SOURCES


def measured(table: str, measure: str) -> pd.DataFrame:
    """Rows of one measure."""
    return facts.load(table).query("exposure_measure == @measure")


@pytest.mark.parametrize(
    ("measure", "occupations", "mean"),
    [
        ("gpts_are_gpts_gpt4_alpha", 923, 0.142),
        ("gpts_are_gpts_gpt4_beta", 923, 0.345),
        ("gpts_are_gpts_human_alpha", 923, 0.144),
        ("gpts_are_gpts_human_beta", 923, 0.303),
    ],
)
def test_mean_exposure_is_the_published_one(measure: str, occupations: int, mean: float) -> None:
    rows = measured("exposures", measure)
    assert len(rows) == occupations
    assert round(rows["value"].mean(), 3) == mean


def test_beta_lies_half_way_between_alpha_and_gamma() -> None:
    rows = facts.load("exposures").pivot_table(index="occupation_code", columns="exposure_measure", values="value")
    for rater in ("gpt4", "human"):
        alpha, beta, gamma = (rows[f"gpts_are_gpts_{rater}_{variant}"] for variant in ("alpha", "beta", "gamma"))
        assert beta.sub((alpha + gamma) / 2).abs().max() < 1e-6  # E1 + E2 / 2, of E1 and of E1 + E2


def test_leaders_of_observed_exposure_are_the_published_ones() -> None:
    rows = measured("exposures", "observed_exposure_2026").set_index("occupation_code")["value"]
    assert len(rows) == 756
    leaders = rows.nlargest(3).round(3).to_dict()
    assert leaders == {"15-1251": 0.745, "43-4051": 0.701, "43-9021": 0.671}


def test_rated_codes_are_those_of_their_taxonomy() -> None:
    rows = facts.load("exposures").groupby("soc_taxonomy")["occupation_code"].agg(set)
    walk = facts.load("crosswalks").query("to_taxonomy == 'oews'")
    assert rows["oews"] <= set(walk["to_code"])
    assert rows["onet_soc_2019"] <= set(facts.titles("onet_soc_2019"))
    assert facts.load("exposures")["value"].between(0, 1).all()


def test_every_rated_task_id_is_one_of_27_0_and_every_one_is_rated() -> None:
    tasks = facts.load("onet_tasks").query("onet_version == '27.0'")
    for rater in ("gpt4", "human"):
        rows = measured("task_exposures", f"gpts_are_gpts_{rater}_beta")
        joined = rows.merge(tasks, on=["task_id", "statement_hash"], how="inner")
        assert len(joined) == len(rows) == 19_265 == len(tasks)


@pytest.mark.parametrize(
    ("rater", "none", "direct", "with_tools"), [("gpt4", 8561, 2702, 8002), ("human", 10256, 2862, 6147)]
)
def test_labels_are_as_often_as_the_study_says(rater: str, none: int, direct: int, with_tools: int) -> None:
    counts = measured("task_exposures", f"gpts_are_gpts_{rater}_beta")["value"].value_counts().to_dict()
    assert counts == {0.0: none, 1.0: direct, 0.5: with_tools}


def test_penetration_stands_on_the_statements_of_27_0() -> None:
    rows = measured("task_exposures", "observed_penetration_2026")
    assert set(rows["statement_hash"]) == facts.statement_hashes("27.0")
    assert rows["task_id"].isna().all()
    assert (rows["value"] > 0).sum() == 1_354 - 7  # eight rows of the file are one statement


def test_every_occupation_of_20_1_leads_to_the_international_classification() -> None:
    walk = facts.load("crosswalks").query("to_taxonomy == 'isco_08'")
    assert len(walk) == 1_125
    listed = facts.load("onet_tasks").query("onet_version == '20.1'")["onet_soc_code"].str[:7]
    # biologists are listed under a broad code: its detailed ones have the pairs
    assert set(listed) - set(walk["from_code"]) == {"19-1020"}
    assert walk["from_code"].str.startswith("19-102").sum() == 4
    assert set(walk["to_code"].str[:2]) <= set(facts.load("isco_groups")["isco_group"])


def test_titles_of_the_international_groups_are_names() -> None:
    titles = facts.load("isco_groups").set_index("isco_group")["title"]
    assert titles.index.str.len().value_counts().to_dict() == {2: 43, 1: 10}
    assert titles["25"] == "Information and communications technology professionals"


def test_a_task_id_that_27_0_does_not_have_stops_the_build(tmp_path: Path) -> None:
    for name, rows in (
        ("gpts_are_gpts_tasks", "Task ID\thuman_exposure_agg\tgpt4_exposure\n7.0\tE0\tE1\n"),
        ("tasks_27.0", "O*NET-SOC Code\tTask ID\tTask\tTask Type\n11-1011.00\t8\tWind clocks.\tCore\n"),
    ):
        path = tmp_path / SOURCES[name].path
        path.parent.mkdir(parents=True)
        path.write_text(rows)
    with pytest.raises(Exception, match=r"task ids that are those of O\*NET 27.0: 0, expected 19,265"):
        exposures.task_exposures(tmp_path)
