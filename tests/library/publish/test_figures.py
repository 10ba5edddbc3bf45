"""Every figure draws what the marts serve, says n and interval, and gives a sentence where there is nothing."""

import math
from datetime import timedelta

import pandas as pd
import pytest
import synthetic_marts
from synthetic_marts import served

from economic_index.publish import page
from economic_index.publish.figures import FIGURES, Figure, FigureResult, theme, to_svg
from economic_index.publish.hidden import NOTHING, WITHHELD
from economic_index.publish.served import ServedMarts


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
    assert set(table["baseline"]) == {"occupations", "employment", "wage bill", "task rows", "as published"}
    assert len(table) == 25


def test_the_published_job_zones_stand_beside_with_why_they_differ(drawn: dict[str, FigureResult]) -> None:
    result = drawn["figure_job_zones"]
    printed = result.table[result.table["baseline"] == "as published"].set_index("job_zone")
    assert printed["representation_ratio"].to_dict() == {"1": 0.40, "2": 0.78, "3": 0.94, "4": 1.50, "5": 0.58}
    assert printed["representation_ratio_lo"].isna().all()
    assert (
        "For zone 5 it prints 0.58; the same release over such rows gives 0.60, over occupations 1.20."
        in (result.caveats[-1])
    )


def page_of(figure: Figure, marts: ServedMarts, monkeypatch: pytest.MonkeyPatch) -> str:
    """The report with one figure: all of them take seconds."""
    monkeypatch.setattr(page, "FIGURES", [figure])
    return page.build_report(marts)


def test_the_numbers_of_a_figure_say_what_lies_below_the_floor(
    drawn: dict[str, FigureResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert drawn["figure_employment"].hidden == WITHHELD
    frames = synthetic_marts.rich()
    groups = frames["mart_soc_groups"]
    together = {"usage_share": 0.01, "usage_share_lo": 0.008, "usage_share_hi": 0.012, "n_conversations": 60}
    frames["mart_soc_groups"] = groups.assign(
        **{name: groups[name].mask(groups["soc_group"] == "_suppressed", value) for name, value in together.items()}
    )
    said = "Below the floor, together: 1.0% (95% interval 0.8–1.2%), 60 conversations."
    employment = next(figure for figure in FIGURES if figure.name == "figure_employment")
    assert employment.build(served(frames)).hidden == said
    assert said in page_of(employment, served(frames), monkeypatch)
    frames["mart_soc_groups"] = groups[groups["soc_group"] != "_suppressed"]
    assert employment.build(served(frames)).hidden == NOTHING


def test_every_trend_says_where_the_engine_changed() -> None:
    frames = synthetic_marts.rich()
    trend = frames["mart_trend"]
    week = sorted(trend["period_start"].unique())[7]
    for name, cell in (("figure_trend", "15"), ("figure_trend_automation", "automation")):
        figure = next(figure for figure in FIGURES if figure.name == name)
        result = figure.build(served(frames))
        assert f"({week.isoformat()})" in " ".join(result.caveats)
        changed = result.table.loc[result.table["engine_changed"], "week_start"]
        assert set(changed) == {week.isoformat()}
        spec = result.chart.to_dict()
        rules = [
            layer for layer in spec["layer"] if layer["mark"].get("strokeDash") and layer["mark"]["type"] == "rule"
        ]
        words = [layer["encoding"]["text"]["value"] for layer in spec["layer"] if layer["mark"]["type"] == "text"]
        assert (len(rules), words) == (1, ["engine changed"])
        drawn = spec["datasets"][rules[0]["data"]["name"]]
        assert [row["week_start"] for row in drawn] == [week.isoformat()]
        # a week that is not drawn hands its break to the next that is
        hidden = frames | {"mart_trend": trend.assign(**hide(trend, trend["period_start"] == week, cell))}
        moved = figure.build(served(hidden)).table
        assert set(moved.loc[moved["engine_changed"], "week_start"]) == {(week + timedelta(days=7)).isoformat()}
        same = frames | {"mart_trend": trend.assign(is_break=False)}
        assert "engine_changed" not in figure.build(served(same)).table


def test_a_trend_says_how_far_a_changed_engine_agrees_with_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    week = pd.Timestamp("2026-01-05").date()
    row = {"facet": "collaboration", "old_model": "a", "new_model": "b", "first_week_start": week,
           "last_week_start": week + timedelta(days=7), "n_conversations": 1498, "agreement_share": 0.8545,
           "agreement_share_lo": 0.834, "agreement_share_hi": 0.873}  # fmt: skip
    nothing = dict.fromkeys(("agreement_share", "agreement_share_lo", "agreement_share_hi"), float("nan"))
    changes = pd.DataFrame([row, row | {"facet": "intent"}, row | {"old_model": "0", "n_conversations": 3} | nothing])
    frames = synthetic_marts.rich() | {"mart_engine_changes": changes}
    of_automation = next(figure for figure in FIGURES if figure.name == "figure_trend_automation")
    of_groups = next(figure for figure in FIGURES if figure.name == "figure_trend")
    said = [caveat for caveat in of_automation.build(served(frames)).caveats if "labelled by both" in caveat]
    assert said == [
        "Engine changed for weeks 2026-01-05 to 2026-01-12, which were labelled by both, 1,498 conversations: the "
        "pattern stayed what it was in 85% (95% interval 83–87%) of them."
    ]
    assert said[0] in page_of(of_automation, served(frames), monkeypatch)
    assert not [caveat for caveat in of_groups.build(served(frames)).caveats if "labelled by both" in caveat]


def hide(trend: pd.DataFrame, is_hidden: pd.Series, cell: str) -> dict[str, pd.Series]:
    """Columns of the trend without the figures of some rows; the cell is one of them."""
    assert (is_hidden & (trend["cell"] == cell)).any()
    return {name: trend[name].mask(is_hidden) for name in ("usage_share", "usage_share_lo", "usage_share_hi")}


def test_a_week_hides_a_weight_of_its_own() -> None:
    frames = synthetic_marts.rich()
    trend = frames["mart_trend"]
    hidden = trend[trend["cell"] == "15"].assign(cell="_suppressed", is_suppressed=True)
    hidden["usage_share"] = [0.010 + 0.001 * number for number in range(len(hidden))]
    frames["mart_trend"] = pd.concat([trend, hidden])
    weekly = next(figure for figure in FIGURES if figure.name == "figure_trend").build(served(frames))
    assert weekly.hidden == "Below the floor, together: 1.0% to 2.1% of a week, in 12 weeks."


def test_months_of_assigned_weeks_are_not_set_against_each_other() -> None:
    for dated in (True, False):
        frames = synthetic_marts.rich(dated=dated)
        released = frames["mart_decomposition"]
        months = {"comparison": "changes", "period_type_a": "month", "period_type_b": "month", "segment_a": "all"}
        frames["mart_decomposition"] = pd.concat([released, released.assign(**months)])
        figure = next(figure for figure in FIGURES if figure.name == "figure_mix").build(served(frames))
        labels = set(figure.table["label"])
        assert "Here, less Claude.ai, Mar 2025" in labels
        assert ("June 2020, less June 2020" in labels) is dated


def test_parts_of_a_change_over_a_new_version_of_the_engine_are_grey_and_it_is_said() -> None:
    frames = synthetic_marts.rich()
    released = frames["mart_decomposition"]
    months = {"comparison": "changes", "period_type_a": "month", "period_type_b": "month", "segment_a": "all"}
    changes = released.assign(**months, is_break=True, verdict="higher")
    frames["mart_decomposition"] = pd.concat([released, changes], ignore_index=True)
    figure = next(figure for figure in FIGURES if figure.name == "figure_mix").build(served(frames))
    assert figure.caveats[0].startswith("June 2020, less June 2020: the engine changed")
    broken = figure.table[figure.table["engine_changed"]]
    assert set(broken["label"]) == {"June 2020, less June 2020"}
    (rows,) = [rows for rows in figure.chart.to_dict()["datasets"].values() if len(rows) > 1 and "point" in rows[0]]
    tones = [row["tone"] for row in rows if row["level"] == 1]
    assert set(tones[:3]) == {theme.MUTED}
    assert theme.BLUE in tones[3:]


def test_ratios_are_drawn_on_a_log_scale_and_names_of_lines_do_not_touch(drawn: dict[str, FigureResult]) -> None:
    spec = drawn["figure_baselines"].chart.to_dict()
    scales = [layer["encoding"]["x"].get("scale", {}) for layer in spec["layer"] if "x" in layer["encoding"]]
    assert "log" in {scale.get("type") for scale in scales if isinstance(scale, dict)}
    frames = synthetic_marts.rich()
    drawn_down = frames["mart_depth_rarefied"]
    other = drawn_down[drawn_down["segment_type"] == "published"].assign(segment="2026-01-15 claude_ai")
    frames["mart_depth_rarefied"] = pd.concat([drawn_down, other])
    depth = next(figure for figure in FIGURES if figure.name == "figure_depth_compared").build(served(frames))
    (named,) = [rows for rows in depth.chart.to_dict()["datasets"].values() if "named_at" in rows[0]]
    low, high = sorted(row["named_at"] for row in named)
    assert (high - low) / high > 12 / 320


def test_depth_of_the_local_engine_says_that_it_lies_within_the_banks_reach(drawn: dict[str, FigureResult]) -> None:
    assert any("Within the bank’s reach" in caveat for caveat in drawn["figure_depth"].caveats)


def test_skills_needed_are_never_mixed_with_skills_exhibited(drawn: dict[str, FigureResult]) -> None:
    table = drawn["figure_skills"].table
    assert table["skill"].is_unique
    assert len(table) == len(synthetic_marts.SKILLS)


def test_parts_stand_under_their_kind_the_largest_first_with_the_floor_that_they_keep(
    drawn: dict[str, FigureResult],
) -> None:
    result = drawn["figure_parts"]
    (rows,) = [rows for rows in result.chart.to_dict()["datasets"].values() if "point" in rows[0]]
    assert [(row["level"], row["label"]) for row in rows] == [
        (0, "Department"),
        (1, "research"),
        (1, "sales"),
        (1, "unknown"),
        (0, "Source"),
        (1, "chats"),
        (1, "gateway"),
    ]
    assert [row["printed"] == "" for row in rows] == [row["level"] == 0 for row in rows]
    assert result.table["usage_share"].tolist() == [0.31, 0.58, 0.44, 0.39, 0.71]
    assert "15 conversations, 10 users; 15 conversations, 5 users" in result.caption
    assert set(result.table["segment_type"]) == {"department", "source"}
