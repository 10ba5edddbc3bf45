"""The chance of a review: of the draws that its kind of coder has read, and of no other."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime

import pandas as pd
import pytest
from filled_sheets import LABELS, filled, written
from review_home import WEEKS

from economic_index.contracts.review_items import REVIEW_FRAMES, REVIEW_ITEMS
from economic_index.contracts.reviews import REVIEWS
from economic_index.review.checking import Checked
from economic_index.review.desk import ReviewDesk
from economic_index.review.draws import DrawPlan, combined, first_draws
from economic_index.review.tasks import Task
from economic_index.vocabulary import ReadingKind, ReviewDesign

FIRST, SECOND = f"weekly-{WEEKS[0]}", f"second-{WEEKS[0]}"
Read = Callable[..., Checked]


@pytest.fixture
def second(desk: ReviewDesk) -> list[Task]:
    """What a second draw of the first week found that the first had not."""
    desk.draw_week(DrawPlan("second", ReviewDesign.UNIFORM, wanted=20), WEEKS[0], date(2026, 2, 2))
    return of_draw(desk, SECOND)


def test_what_a_machine_read_changes_no_persons_chance(desk: ReviewDesk, second: list[Task], read: Read) -> None:
    read(sheet(of_draw(desk, FIRST)), "persons.csv")
    read(sheet(second[:1], coder="machine", coder_id="m"), "machine.csv")
    assert_chances(desk, "person", [FIRST])
    assert_chances(desk, "machine", [SECOND])


def test_a_draw_counts_when_it_is_read_whole(desk: ReviewDesk, second: list[Task], read: Read) -> None:
    read(sheet(of_draw(desk, FIRST)), "first.csv")
    read(sheet(second[:1]), "begun.csv")
    assert_chances(desk, "person", [FIRST])
    read(sheet(second[1:-1]), "more.csv")
    refused = read(sheet(second[-1:], outcome="declined", **dict.fromkeys(LABELS, "")), "refused.csv")
    assert refused.reading_count == 1
    assert_chances(desk, "person", [FIRST, SECOND])


def test_where_none_is_read_whole_those_begun_count(desk: ReviewDesk, second: list[Task], read: Read) -> None:
    read(sheet([*of_draw(desk, FIRST)[:3], *second[:1]]), "begun.csv")
    assert_chances(desk, "person", [FIRST, SECOND])


def test_another_week_is_another_matter(desk: ReviewDesk, second: list[Task], read: Read) -> None:
    read(sheet(of_draw(desk, FIRST)), "first.csv")
    read(sheet(of_draw(desk, f"weekly-{WEEKS[1]}")[:2]), "other_week.csv")
    reviews = desk.lake.read(REVIEWS)
    other = reviews[reviews["draw_id"] == f"weekly-{WEEKS[1]}"]
    items = desk.lake.read(REVIEW_ITEMS).set_index(["draw_id", "conversation_id"])["inclusion_probability"]
    assert len(other)
    for row in other.to_dict("records"):
        assert row["inclusion_probability"] == items[row["draw_id"], row["conversation_id"]]


def of_draw(desk: ReviewDesk, draw_id: str) -> list[Task]:
    items = first_draws(desk.lake.read(REVIEW_ITEMS))
    mine = items[items["draw_id"] == draw_id]
    return desk.hand_out(mine, ReadingKind.FIRST, "u1who", datetime(2026, 2, 2, tzinfo=UTC)).tasks


def sheet(tasks: Iterable[Task], **changes: str) -> str:
    return written(filled(tasks, **changes))


def assert_chances(desk: ReviewDesk, coder: str, draws: list[str]) -> None:
    frame = desk.lake.read_week(REVIEW_FRAMES, WEEKS[0])
    expected = combined(frame[frame["draw_id"].isin(draws)])
    reviews = desk.lake.read(REVIEWS)
    mine = reviews[reviews["coder"] == coder]
    assert len(mine)
    pd.testing.assert_series_equal(
        mine["inclusion_probability"], mine["conversation_id"].map(expected), check_names=False
    )
