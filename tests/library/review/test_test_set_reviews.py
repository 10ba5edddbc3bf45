"""The test set as reviews of the demonstration: who coded, with what chance, and what was settled."""

import pandas as pd
import pytest

from economic_index.contracts.review_items import REVIEWED
from economic_index.labels.corpus import open_parts
from economic_index.labels.label_rows import UNSETTLED, value_of
from economic_index.labels.label_sets import load_set
from economic_index.review.test_set import FRAME, conversation_of, reviews_of_test_set

SETTLED = {row["id"]: row for row in load_set("test_settled").rows}


def predicted(ids: list[str]) -> pd.DataFrame:
    rows = [
        {"conversation_id": conversation_of(name), **dict.fromkeys(REVIEWED)}
        | {f"{facet}_version": "v1" for facet in REVIEWED}
        for name in ids
    ]
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def disputed() -> str:
    return next(
        name
        for name, row in SETTLED.items()
        if row["disputed"] and all(value_of(row, facet) != UNSETTLED for facet in row["disputed"])
    )


def test_both_coders_of_every_facet_and_the_third_reading_of_disputes(disputed: str) -> None:
    agreed = next(name for name, row in SETTLED.items() if not row["disputed"])
    rows = reviews_of_test_set(predicted([agreed, disputed]))
    counts = rows.groupby("conversation_id").size()
    assert counts[conversation_of(agreed)] == 2 * len(REVIEWED)
    assert counts[conversation_of(disputed)] == 2 * len(REVIEWED) + len(SETTLED[disputed]["disputed"])
    settled = rows[rows["is_settled"]]
    assert set(settled["facet"]) == set(SETTLED[disputed]["disputed"])
    assert settled["value"].tolist() == [value_of(SETTLED[disputed], facet) for facet in settled["facet"]]


def test_a_language_model_is_called_a_machine_and_chances_fall_with_the_parts(disputed: str) -> None:
    rows = reviews_of_test_set(predicted([disputed]))
    assert set(rows["coder"]) == {"machine"}
    assert set(rows["frame"]) == {FRAME}
    parts = open_parts()[disputed].part_count
    assert rows["inclusion_probability"].unique() == pytest.approx(520 / 3631 * (7 / 8) ** parts)


def test_the_frame_says_what_was_read_and_of_what_error_rates_say_nothing() -> None:
    assert "first parts" in FRAME
    assert "did not train the engine" in FRAME


def test_other_conversations_have_no_review() -> None:
    assert reviews_of_test_set(predicted(["nobody_0"])).empty
    assert reviews_of_test_set(pd.DataFrame({"conversation_id": []})).empty
