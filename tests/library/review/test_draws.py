"""Chances of being drawn: what they add up to, their floor, that they are kept, and how draws combine."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from review_home import COUNT, RESERVED, WEEKS, name_of

from economic_index.contracts.review_items import REVIEW_DRAWS, REVIEW_FRAMES, REVIEW_ITEMS, REVIEWED
from economic_index.contracts.reviews import REVIEWS
from economic_index.review.designs import LEAST_OF_LABEL, LEAST_OF_UNIFORM, probabilities, selected
from economic_index.review.draws import FRAME, DrawError, DrawPlan, combined, draw
from economic_index.vocabulary import ReviewDesign

DAY = date(2026, 2, 1)
frames = st.integers(1, 400).flatmap(
    lambda count: st.tuples(
        st.lists(st.integers(0, 6), min_size=count, max_size=count),
        st.lists(st.one_of(st.floats(0, 1), st.just(float("nan"))), min_size=count, max_size=count),
        st.integers(1, 300),
        st.integers(0, 2**32),
    )
)


@settings(max_examples=60, deadline=None)
@given(frames, st.sampled_from(ReviewDesign))
def test_no_chance_is_under_a_fifth_of_the_uniform_one_and_what_is_drawn_is_what_they_add_up_to(frame, design):
    labels, confidence, wanted, seed = frame
    codes = np.unique(labels, return_inverse=True)[1]
    chances = probabilities(design, codes, np.array(confidence), wanted)
    uniform = min(1, wanted / len(codes))
    assert (chances >= LEAST_OF_UNIFORM * uniform - 1e-9).all()
    assert (chances <= 1 + 1e-12).all()
    drawn = selected(chances, codes, np.random.default_rng(seed))
    assert abs(drawn.sum() - chances.sum()) < 1
    if design is ReviewDesign.STRATIFIED:
        for code in set(codes):
            size = (codes == code).sum()
            assert abs(drawn[codes == code].sum() - chances[codes == code].sum()) < 1e-6
            assert drawn[codes == code].sum() >= min(LEAST_OF_LABEL, size)
    else:
        assert chances.sum() == pytest.approx(min(wanted, len(codes)))


@pytest.mark.parametrize("design", ReviewDesign)
def test_over_many_draws_each_conversation_comes_as_often_as_its_chance_says(design):
    random = np.random.default_rng(7)
    codes = np.sort(random.choice(4, 80, p=[0.7, 0.2, 0.07, 0.03]))
    chances = probabilities(design, codes, random.uniform(0.3, 1, 80), 40)
    often = np.mean([selected(chances, codes, random) for _ in range(4000)], axis=0)
    assert np.abs(often - chances).max() < 4.5 * 0.5 / np.sqrt(4000)


def test_a_label_is_drawn_in_proportion_to_its_number_times_its_spread():
    codes = np.repeat([0, 1], 2000)
    chances = probabilities(ReviewDesign.STRATIFIED, codes, np.repeat([0.5, 0.9], 2000), 400)
    assert chances[0] / chances[-1] == pytest.approx(0.5 / 0.3, rel=0.01)


def test_a_draw_is_the_same_again_and_another_name_is_another_draw():
    rows = frame_of(range(500))
    first = draw(DrawPlan(wanted=100), WEEKS[0], rows, 0, DAY)
    again = draw(DrawPlan(wanted=100), WEEKS[0], rows.sample(frac=1, random_state=3), 0, DAY)
    other = draw(DrawPlan("second", wanted=100), WEEKS[0], rows, 0, DAY)
    pd.testing.assert_frame_equal(first.items, again.items)
    assert set(first.items["conversation_id"]) != set(other.items["conversation_id"])


@pytest.mark.parametrize("name", ["training", "tuning_two", "a b", ""])
def test_a_name_that_would_mean_something_else_is_refused(name):
    with pytest.raises(DrawError, match="letters"):
        DrawPlan(name)


def test_two_draws_combine_as_the_chance_of_either():
    rows = pd.DataFrame({"conversation_id": ["a", "a", "b"], "inclusion_probability": [0.5, 0.2, 0.3]})
    assert combined(rows).to_dict() == pytest.approx({"a": 0.6, "b": 0.3})


def frame_of(numbers) -> pd.DataFrame:
    rows = pd.DataFrame({"conversation_id": [f"c1{n:05d}" for n in numbers]})
    rows["content_hash"], rows["engine"] = "h", "local"
    for facet in REVIEWED:
        rows[facet], rows[f"{facet}_confidence"], rows[f"{facet}_version"] = "x", 0.7, "v1"
    rows["collaboration"] = [["directive", "learning", None][n % 3] for n in numbers]
    return rows


def test_the_frame_is_recorded_and_leaves_reserved_conversations_out(desk):
    draws, items = desk.lake.read(REVIEW_DRAWS), desk.lake.read(REVIEW_ITEMS)
    assert draws["frame_count"].tolist() == [COUNT - RESERVED] * 2
    assert draws["left_out_count"].tolist() == [RESERVED] * 2
    assert draws["versions"].map(list).tolist() == [["heads-1"]] * 2
    assert set(items["frame"]) == {FRAME}
    reserved = {name_of(week, COUNT - 1 - n) for week in range(2) for n in range(RESERVED)}
    in_frames = pd.concat([desk.lake.read_week(REVIEW_FRAMES, week) for week in WEEKS])
    assert not reserved & set(in_frames["conversation_id"])
    assert len(in_frames) == 2 * (COUNT - RESERVED)


def test_the_engines_labels_are_those_of_the_draw(desk):
    items = desk.lake.read(REVIEW_ITEMS).set_index("conversation_id")
    for name, row in items.iterrows():
        number = int(name[3:])
        assert row["soc_group"] == ("none" if number % 10 == 0 else "27" if number % 4 == 0 else "15")
        assert row["soc_group_version"] == "bank-1"
        assert pd.isna(row["collaboration"]) == (number % 11 == 0)


def test_a_draw_that_was_made_stays_whatever_is_asked_later(desk):
    before = desk.lake.read(REVIEW_ITEMS)
    desk.draw_week(DrawPlan(wanted=3, design=ReviewDesign.UNIFORM), WEEKS[0], date(2026, 3, 1))
    pd.testing.assert_frame_equal(desk.lake.read(REVIEW_ITEMS), before)


def test_labels_that_made_an_engine_keep_a_conversation_out_of_every_draw(desk):
    name = name_of(0, 1)
    row = {column: [None] for column in REVIEWS.schema.columns} | {
        "review_id": ["r"], "conversation_id": [name], "facet": ["intent"], "value": ["doing"],
        "outcome": ["labelled"], "coder": ["machine"], "coder_id": ["m"], "codebook_version": ["1"],
        "draw_id": ["training"], "frame": ["training"], "predicted_version": ["v"],
        "inclusion_probability": [1.0], "is_settled": [True], "reviewed_on": [DAY],
    }  # fmt: skip
    desk.lake.write(REVIEWS, pd.DataFrame(row))
    desk.draw_week(DrawPlan("all", ReviewDesign.UNIFORM, wanted=1000), WEEKS[0], DAY)
    items = desk.lake.read(REVIEW_ITEMS)
    drawn = set(items.loc[items["draw_id"] == f"all-{WEEKS[0]}", "conversation_id"])
    assert name not in drawn
    assert len(drawn) == COUNT - RESERVED - 1
