"""Every figure draws what the marts serve, says n and interval, and gives a sentence where there is nothing."""

import math

import pytest
import synthetic_marts
from synthetic_marts import served

from economic_index.publish.figures import FIGURES, Figure, FigureResult, to_svg


@pytest.fixture(scope="module")
def drawn() -> dict[str, FigureResult]:
    marts = served(synthetic_marts.rich())
    return {figure.name: figure.build(marts) for figure in FIGURES}


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_a_figure_has_description_table_evidence_and_picture(figure: Figure, drawn: dict[str, FigureResult]) -> None:
    result = drawn[figure.name]
    assert result.reason == ""
    assert len(result.table) > 0
    assert len(result.chart.to_dict()["description"]) > 30
    assert result.caveats or figure.name == "figure_trend_automation"
    said = result.caption + " ".join(result.caveats)
    assert "n = " in said or figure.name == "figure_published"
    svg = to_svg(result.chart)
    assert svg.startswith("<svg")
    assert "<script" not in svg


@pytest.mark.parametrize("home", [synthetic_marts.tiny(), synthetic_marts.empty(), {}], ids=["tiny", "empty", "none"])
def test_a_figure_without_data_gives_a_sentence(home: dict) -> None:
    for figure in FIGURES:
        result = figure.build(served(home))
        assert result.chart is None
        assert result.reason.endswith("."), figure.name


def test_special_and_hidden_cells_other_segments_and_periods_are_never_drawn(drawn: dict[str, FigureResult]) -> None:
    for name, result in drawn.items():
        printed = result.table.to_csv()
        assert "_unclassified" not in printed, name
        assert "_suppressed" not in printed, name
        assert "0.999" not in printed, name
        assert "0.998" not in printed, name


def test_a_share_of_which_only_the_interval_may_be_shown_has_no_point(drawn: dict[str, FigureResult]) -> None:
    (rows,) = [rows for rows in drawn["figure_employment"].chart.to_dict()["datasets"].values() if "point" in rows[0]]
    points = {row["label"]: (row["point"], row["printed"]) for row in rows}
    assert points["Transport"] == (None, "(0.2–0.6%)")
    assert points["Food preparation"][0] == pytest.approx(0.006)


def test_a_home_of_one_user_shows_points_without_intervals() -> None:
    frames = synthetic_marts.one_person()
    frames["mart_collaboration"] = frames["mart_collaboration"].assign(
        usage_share_lo=math.nan, usage_share_hi=math.nan, presentation="interval only"
    )
    figure = next(figure for figure in FIGURES if figure.name == "figure_patterns")
    (rows,) = [rows for rows in figure.build(served(frames)).chart.to_dict()["datasets"].values() if "point" in rows[0]]
    assert {row["printed"] for row in rows if row["level"] == 1} == {"30%", "29%", "24%", "13%", "4.0%"}


def test_assigned_weeks_are_not_joined_to_a_trend() -> None:
    marks = {}
    for dated in (True, False):
        figure = next(figure for figure in FIGURES if figure.name == "figure_trend")
        result = figure.build(served(synthetic_marts.rich(dated=dated)))
        marks[dated] = {layer["mark"]["type"] for layer in result.chart.to_dict()["layer"]}
        assert ("No trend is claimed" in " ".join(result.caveats)) is not dated
    assert "line" in marks[True]
    assert "line" not in marks[False]


def test_the_tree_has_six_groups_each_followed_by_what_is_beneath(drawn: dict[str, FigureResult]) -> None:
    levels = drawn["figure_groups"].table["level"].tolist()
    assert levels == ["soc_group", *["occupation"] * 4, *["task"] * 3] * 6


def test_the_tree_says_whose_words_its_tasks_are(drawn: dict[str, FigureResult]) -> None:
    said = " ".join(drawn["figure_groups"].caveats)
    assert "project’s own words" in said
    assert "named by O*NET" not in said


def test_every_job_zone_ratio_names_its_baseline(drawn: dict[str, FigureResult]) -> None:
    table = drawn["figure_job_zones"].table
    assert set(table["baseline"]) == {"occupations", "employment", "wage bill", "task rows"}
    assert len(table) == 20


def test_depth_of_the_local_engine_says_that_it_lies_within_the_banks_reach(drawn: dict[str, FigureResult]) -> None:
    assert any("Within the bank’s reach" in caveat for caveat in drawn["figure_depth"].caveats)


def test_skills_needed_are_never_mixed_with_skills_exhibited(drawn: dict[str, FigureResult]) -> None:
    table = drawn["figure_skills"].table
    assert table["skill"].is_unique
    assert len(table) == len(synthetic_marts.SKILLS)
