"""Each sentence is made from a figure, and is silent where its interval says nothing."""

import math
from typing import Any

import pandas as pd
import pytest
import synthetic_marts
from synthetic_marts import served

from economic_index.publish import sentences
from economic_index.publish.figures import FIGURES
from economic_index.publish.first_page import first_page
from economic_index.publish.served import MARTS
from economic_index.publish.unknowns import left_out, unknowns


def texts(said: list[sentences.Sentence]) -> str:
    return " ".join(sentence.text for sentence in said)


def with_cells(name: str, cell: str, values: dict[str, dict[str, Any]]) -> dict[str, pd.DataFrame]:
    """The rich home, with some cells of one mart changed."""
    frames = synthetic_marts.rich()
    frame = frames[name].copy()
    for label, columns in values.items():
        for column, value in columns.items():
            frame.loc[frame[cell] == label, column] = value
    return {**frames, name: frame}


@pytest.mark.parametrize("home", ["rich", "tiny", "empty", "one_person"])
def test_every_question_is_answered_and_names_its_source(home: str) -> None:
    known = {figure.name for figure in FIGURES} | set(MARTS)
    answers = first_page(served(getattr(synthetic_marts, home)()))
    assert len(answers) == 6
    for answer in answers:
        assert answer.sentences, answer.question
        assert {sentence.figure for sentence in answer.sentences} <= known
        assert all("nan" not in sentence.text.lower().split() for sentence in answer.sentences)


def test_use_says_how_much_by_how_many_and_how_concentrated() -> None:
    said = texts(sentences.use(served(synthetic_marts.rich())))
    assert "12,000 conversations, in the weeks of 5 January 2026 to 23 March 2026, by 800 people." in said
    assert "71% (95% interval 69–73%)" in said
    assert "The ten largest tasks that may be shown make 24% (95% interval 22–26%)" in said


def test_assigned_users_and_weeks_are_said_and_never_taken_for_people() -> None:
    said = texts(sentences.use(served(synthetic_marts.rich(dated=False))))
    assert "pseudo-users assigned by rule" in said
    assert "Their weeks are assigned too" in said
    assert "people." not in said
    assert "January" not in said


def test_logs_without_users_count_no_people() -> None:
    frames = synthetic_marts.rich()
    frames["mart_summary_of_home"] = frames["mart_summary_of_home"].assign(users=math.nan)
    assert "the logs name no user" in texts(sentences.use(served(frames)))


def test_a_largest_group_is_named_only_if_no_other_may_be_the_first() -> None:
    assert "The largest kind of work is computer and mathematics: 37%" in texts(
        sentences.work(served(synthetic_marts.rich()))
    )
    frames = with_cells("mart_ranks", "cell", {"27": {"place_lo": 1}})
    said = texts(sentences.work(served(frames)))
    assert "No kind of work is surely the largest: computer and mathematics" in said
    assert "is not told apart from arts, design and media" in said


def test_a_group_whose_ratio_may_be_one_is_not_called_larger_or_smaller() -> None:
    ratios = {"representation_ratio": 1.4, "representation_ratio_lo": 0.9, "representation_ratio_hi": 1.9}
    said = texts(sentences.work(served(with_cells("mart_soc_groups", "soc_group", {"27": ratios}))))
    assert "arts" not in said
    assert "Larger here than in employment (OEWS May 2023): " in said
    assert "computer and mathematics (10.9 times)" in said


@pytest.mark.parametrize(
    ("lo", "hi", "expected"),
    [
        (0.41, 0.45, "work together with the assistant more than they delegate"),
        (0.52, 0.60, "delegate more than they work together"),
        (0.45, 0.55, "are not told apart in size"),
    ],
)
def test_delegating_is_compared_with_one_half_by_its_interval(lo: float, hi: float, expected: str) -> None:
    cells = {"automation": {"usage_share": (lo + hi) / 2, "usage_share_lo": lo, "usage_share_hi": hi}}
    said = texts(sentences.collaboration(served(with_cells("mart_automation", "mode", cells))))
    assert expected in said


def test_no_pattern_is_called_most_frequent_while_the_first_two_overlap() -> None:
    assert "most frequent" not in texts(sentences.collaboration(served(synthetic_marts.rich())))
    cells = {"directive": {"usage_share": 0.5, "usage_share_lo": 0.48, "usage_share_hi": 0.52}}
    said = texts(sentences.collaboration(served(with_cells("mart_collaboration", "collaboration", cells))))
    assert "The most frequent pattern is directive (the person hands the whole task over): 50%" in said


def test_changes_beyond_their_interval_are_told_and_no_others() -> None:
    said = texts(sentences.changes(served(synthetic_marts.rich())))
    assert "Computer and mathematics grew from 34% in February 2026 to 40% in March 2026: +5 points" in said
    assert "Arts, design and media shrank" in said
    assert "utomation" not in said


def test_no_change_is_claimed_on_assigned_weeks_or_where_dbt_claims_none() -> None:
    assert "assigned by rule" in texts(sentences.changes(served(synthetic_marts.rich(dated=False))))
    frames = synthetic_marts.rich()
    frames["mart_changes"] = frames["mart_changes"].assign(is_claimed=False)
    assert texts(sentences.changes(served(frames))).startswith("Nothing is claimed")


def test_over_a_new_version_of_the_engine_no_change_is_claimed_of_what_it_answers() -> None:
    frames = synthetic_marts.rich()
    rows = frames["mart_changes"]
    is_group = rows["measure"] == "soc_group"
    frames["mart_changes"] = rows.assign(is_break=is_group, is_claimed=~is_group)
    said = texts(sentences.changes(served(frames)))
    assert said.startswith("From February 2026 to March 2026 the engine changed")
    assert "no change of kinds of work is claimed. No other share moved" in said
    assert "grew" not in said
    assert "shrank" not in said
    frames["mart_changes"] = rows.assign(is_break=True, is_claimed=False)
    said = texts(sentences.changes(served(frames)))
    assert said.endswith("no change of kinds of work or patterns is claimed.")


def test_a_quiet_month_is_said_to_be_quiet() -> None:
    frames = synthetic_marts.rich()
    frames["mart_changes"] = frames["mart_changes"].assign(verdict="cannot tell")
    assert texts(sentences.changes(served(frames))).startswith("No share moved by more than its interval")


def test_the_published_index_is_set_against_ours_by_verdict() -> None:
    said = texts(sentences.published(served(synthetic_marts.rich())))
    assert "occupation groups of tasks with at least 15 conversations and 5 users, on both sides." in said
    assert "is not told apart from the published 43%" in said
    assert "Larger here than there: arts, design and media (14% against 9.3%)." in said
    assert "Smaller here than there: computer and mathematics (37% against 45%)." in said
    assert "science" not in said


def test_floors_of_published_groups_are_told_only_where_groups_are_compared() -> None:
    frames = synthetic_marts.rich()
    rows = frames["mart_published_comparison"]
    frames["mart_published_comparison"] = rows[rows["measure"] != "soc_group"]
    said = texts(sentences.published(served(frames)))
    assert "(Claude.ai)." in said
    assert "on both sides" not in said


def test_what_is_left_out_is_told_by_reason_and_adds_up_to_all() -> None:
    marts = served(synthetic_marts.rich())
    rows = left_out(marts)
    assert rows["usage_share"].sum() == pytest.approx(1)
    assert rows["conversations"].sum() == 12_000
    said = texts(unknowns(marts))
    assert "25% below the engine’s threshold (3,000)" in said
    assert "8.3% in a language in which its accuracy was not measured (1,000)" in said
    assert "results of the local engine" in said


def test_weeks_without_data_are_called_gaps() -> None:
    marts = served(synthetic_marts.rich())
    assert "1 without any conversation and 2 not classified yet" in texts(unknowns(marts))
    frames = synthetic_marts.rich()
    frames["dim_weeks"] = frames["dim_weeks"].assign(state="filled")
    assert "weeks" not in texts(unknowns(served(frames)))


def test_one_persons_logs_speak_without_intervals() -> None:
    frames = synthetic_marts.one_person()
    for name in ("mart_soc_groups", "mart_automation", "mart_collaboration"):
        frames[name] = frames[name].assign(usage_share_lo=math.nan, usage_share_hi=math.nan)
    said = texts(sentences.work(served(frames)) + sentences.collaboration(served(frames)))
    assert "37% (no interval)" in said
    assert "more than" not in said
    assert "most frequent" not in said
