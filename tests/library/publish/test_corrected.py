"""The figure of corrected shares names its coder, says what more reviews would buy, and is silent without reviews."""

from typing import Any

import pandas as pd
import pytest
import synthetic_marts

from economic_index.publish.figures import theme
from economic_index.publish.figures.corrected import UNKNOWN, build
from economic_index.publish.figures.figure import FigureResult
from economic_index.publish.served import ServedMarts


def of(frame: pd.DataFrame) -> ServedMarts:
    return ServedMarts.holding({"mart_corrected_shares": frame})


def test_each_label_has_its_corrected_share_and_the_engines_beneath() -> None:
    result = build(of(synthetic_marts.corrected_shares()))
    first = [(row["label"], row["point"]) for row in drawn(result)[:5]]
    assert first == [
        ("Delegating or working together", None),
        ("Augmentation", 0.54),
        ("the engine’s labels alone", 0.5),
        ("Automation", 0.41),
        ("the engine’s labels alone", 0.46),
    ]
    assert len(result.table) == 6
    assert any(caveat.endswith("are not corrected.") for caveat in result.caveats)


def drawn(result: FigureResult) -> list[dict[str, Any]]:
    """The rows of the chart."""
    (rows,) = [rows for rows in result.chart.to_dict()["datasets"].values() if len(rows) > 1 and "point" in rows[0]]
    return list(rows)


def test_without_reviews_the_engines_share_is_drawn_with_the_band_of_assumed_error_rates() -> None:
    result = build(of(synthetic_marts.assumed_shares()))
    found = [(row["label"], row["point"], row["lo"], row["hi"], row["tone"]) for row in drawn(result)]
    assert found == [
        ("What is wanted", None, None, None, theme.INK),
        ("Doing", 0.6, pytest.approx(0.65), pytest.approx(0.8), theme.ORANGE),
        ("Asking", 0.3, pytest.approx(0.35), pytest.approx(0.5), theme.ORANGE),
    ]
    assert set(result.table["interval_method"]) == {"benchmark error rates assumed"}
    assert result.table["corrected_share"].isna().all()
    assert "What is wanted: benchmark error rates assumed." in " ".join(result.caveats)
    assert result.caption == "No label was corrected by reviews; engine: local engine."


def test_reviews_go_before_assumed_error_rates_and_what_has_neither_is_named() -> None:
    unknown = synthetic_marts.corrected_shares().tail(1).assign(facet="is_occupational", label="true")
    assumed = synthetic_marts.assumed_shares()
    known = assumed.assign(facet="automation", label=["automation", "augmentation"])
    every = [synthetic_marts.corrected_shares(), assumed, known, unknown]
    result = build(of(pd.concat(every, ignore_index=True)))
    rows = result.table.set_index(["facet", "label"])["interval_method"]
    assert rows["Delegating or working together", "Automation"] == "post-stratified, Wilson"
    assert rows["What is wanted", "Doing"] == "benchmark error rates assumed"
    assert rows.index.is_unique
    assert result.caveats[-1] == "About work: classifier error is unknown."


def test_each_row_says_what_its_reviews_were_drawn_from_and_the_caption_by_facet() -> None:
    rows = synthetic_marts.corrected_shares()
    one = build(of(rows))
    assert set(one.table["frame"]) == {"uniform"}
    assert len(set(one.table["engine"])) == 1
    assert "drawn: uniform; " in one.caption
    two = build(of(rows.assign(frame=rows["facet"].map(lambda facet: "open" if facet == "use_case" else "uniform"))))
    assert "uniform (Delegating or working together)" in two.caption
    assert "open (What it is for)" in two.caption


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
