"""Conversations whose labels made the engine: none is drawn or handed out; what was read of them corrects nothing."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from filled_sheets import filled, written
from review_home import COUNT, RESERVED, WEEKS, name_of, rows_of, write_home

from economic_index.contracts.review_items import REVIEW_DRAWS, REVIEW_FRAMES, REVIEW_ITEMS
from economic_index.contracts.reviews import REVIEWS
from economic_index.labels.label_sets import load_sets
from economic_index.review.checking import check
from economic_index.review.desk import ReviewDesk
from economic_index.review.draws import FRAME, UNTRAINED, DrawPlan, draw
from economic_index.review.files import readings_in
from economic_index.review.making import making_set
from economic_index.review.test_set import conversation_of
from economic_index.vocabulary import ReadingKind, ReviewDesign

DAY = date(2026, 2, 2)
MAKING = 12
ALL = DrawPlan("all", ReviewDesign.UNIFORM, wanted=1000)
KNOWN = sorted(making_set())[:MAKING]


@pytest.fixture
def desk(tmp_path: Path) -> ReviewDesk:
    """A home whose first week has conversations of the demonstration corpus that trained the engine."""
    return ReviewDesk(
        write_home(tmp_path / "home", lambda week, n: KNOWN[n] if week == 0 and n < MAKING else name_of(week, n))
    )


def test_the_making_set_is_every_label_set_but_the_test_sets():
    named = {each.name: {conversation_of(record) for record in each.ids} for each in load_sets()}
    assert named["training_4000"] | named["training_aimed"] | named["further_aimed"] == making_set()
    assert not named["test_settled"] & making_set()


def test_no_draw_holds_any_of_them_and_its_frame_says_so(desk: ReviewDesk):
    for week in WEEKS:
        desk.draw_week(ALL, week, DAY)
    assert not making_set() & set(desk.lake.read(REVIEW_ITEMS)["conversation_id"])
    assert not making_set() & set(desk.lake.read_week(REVIEW_FRAMES, WEEKS[0])["conversation_id"])
    draws = desk.lake.read(REVIEW_DRAWS).sort_values("week_start")
    assert draws["frame"].tolist() == [UNTRAINED, FRAME]
    assert draws["left_out_count"].tolist() == [RESERVED + MAKING, RESERVED]
    assert draws["frame_count"].tolist() == [COUNT - RESERVED - MAKING, COUNT - RESERVED]


def test_of_a_draw_that_was_made_before_they_are_not_handed_out(desk: ReviewDesk):
    draw_as_before(desk)
    items = desk.to_read(ReadingKind.FIRST, 2)
    assert len(items) == COUNT - MAKING
    assert not making_set() & set(items["conversation_id"])


def test_a_reading_of_one_is_kept_and_never_corrects(desk: ReviewDesk, tmp_path: Path):
    draw_as_before(desk)
    items = desk.lake.read(REVIEW_ITEMS)
    tasks = desk.hand_out(items, ReadingKind.FIRST, "u1who", datetime(2026, 2, 2, tzinfo=UTC)).tasks
    path = tmp_path / "back.csv"
    path.write_text(written(filled(tasks)))
    checked = check(readings_in(path), desk.known(lambda raw: f"u1{len(raw)}", DAY))
    assert not checked.put_aside
    desk.take(path.name, checked, DAY)
    kept = desk.lake.read(REVIEWS)
    assert kept["conversation_id"].nunique() == COUNT
    assert set(kept.loc[kept["frame"] == "training", "conversation_id"]) == set(KNOWN)
    assert set(kept.loc[~kept["conversation_id"].isin(KNOWN), "frame"]) == {FRAME}


def test_a_demonstration_that_has_readings_of_them_marks_them(desk: ReviewDesk):
    columns = {"conversation_id": [KNOWN[0], name_of(0, 30)], "review_id": ["r1", "r2"], "facet": "intent"}
    columns |= {"outcome": "labelled", "coder": "person", "frame": FRAME, "reviewed_on": DAY}
    desk.lake.write(REVIEWS, rows_of(REVIEWS, columns, 2))
    desk.take_test_set()
    assert desk.lake.read(REVIEWS)["frame"].tolist() == ["training", FRAME]


def draw_as_before(desk: ReviewDesk) -> None:
    made = draw(ALL, WEEKS[0], desk._predicted(WEEKS[0]), 0, DAY)
    desk.lake.commit_week(WEEKS[0], {REVIEW_FRAMES: made.frame})
    desk.lake.write(REVIEW_ITEMS, made.items)
    desk.lake.write(REVIEW_DRAWS, made.record)
