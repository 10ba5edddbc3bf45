"""The figure of corrected shares names its coder, says what more reviews would buy, and is silent without reviews."""

import pandas as pd
import pytest
import synthetic_marts

from economic_index.publish.figures.corrected import UNKNOWN, build
from economic_index.publish.served import ServedMarts


def of(frame: pd.DataFrame) -> ServedMarts:
    return ServedMarts.holding({"mart_corrected_shares": frame})


def test_each_label_has_its_corrected_share_and_the_engines_beneath() -> None:
    result = build(of(synthetic_marts.corrected_shares()))
    (rows,) = [rows for rows in result.chart.to_dict()["datasets"].values() if len(rows) > 1 and "point" in rows[0]]
    first = [(row["label"], row["point"]) for row in rows[:5]]
    assert first == [
        ("Delegating or working together", None),
        ("Augmentation", 0.54),
        ("the engine’s labels alone", 0.5),
        ("Automation", 0.41),
        ("the engine’s labels alone", 0.46),
    ]
    assert len(result.table) == 6


def test_the_coder_is_named_and_a_machine_is_no_person() -> None:
    by_machine = build(of(synthetic_marts.corrected_shares()))
    assert "a machine (a language model reading)" in by_machine.caption + by_machine.caveats[0]
    assert "person" not in by_machine.caption
    assert "read by a person" in build(of(synthetic_marts.corrected_shares("person"))).caption


def test_where_a_person_and_a_machine_reviewed_the_persons_reviews_are_drawn() -> None:
    both = pd.concat(
        [synthetic_marts.corrected_shares(), synthetic_marts.corrected_shares("person")], ignore_index=True
    )
    assert set(build(of(both)).table["coder"]) == {"a person"}


@pytest.mark.parametrize(
    ("wanted_by", "wanted", "words"),
    [
        ("by review", 640.0, "Augmentation to within 5 points: 640 reviews in all; there are 200."),
        ("not by review", float("nan"), "Augmentation to within 5 points: not by review."),
        ("reached", 90.0, "Augmentation is known to within 5 points"),
    ],
)
def test_what_more_reviews_would_buy_is_said(wanted_by: str, wanted: float, words: str) -> None:
    result = build(of(synthetic_marts.corrected_shares(wanted_by=wanted_by, reviews_wanted=wanted)))
    assert words in " ".join(result.caveats)


@pytest.mark.parametrize(
    "frame", [pd.DataFrame(), synthetic_marts.corrected_shares().tail(1)], ids=["no mart", "unknown"]
)
def test_without_corrections_the_error_is_said_to_be_unknown(frame: pd.DataFrame) -> None:
    result = build(of(frame))
    assert result.chart is None
    assert result.reason == UNKNOWN
