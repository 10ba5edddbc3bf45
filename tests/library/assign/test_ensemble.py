"""The ensemble keeps what at least two algorithms agree on, as deep as they do, and loses no weight."""

from collections.abc import Mapping
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from economic_index.assign.ensemble import ensemble
from economic_index.assign.links import NO_TASK, UNKNOWN, Links, Spot, heaviest
from economic_index.vocabulary import Algorithm, Level

A, B, C = Algorithm.CHOICE, Algorithm.HIERARCHY, Algorithm.BANK_RETRIEVAL
# Tasks t1 and t2 share an activity, t3 shares only the group of t1, t4 nothing; t5 has no activity, and two groups.
LINKS = Links(
    {},
    {
        Level.DWA: {"t1": ["d1"], "t2": ["d2"], "t3": ["d3"], "t4": ["d4"]},
        Level.IWA: {"t1": ["i1"], "t2": ["i1", "i2"], "t3": ["i3"], "t4": ["i4"]},
        Level.SOC_GROUP: {"t1": ["11"], "t2": ["13"], "t3": ["11", "11", "15"], "t4": ["17"], "t5": ["11", "13"]},
    },
    {"d1": "i1", "d2": "i1", "d3": "i3", "d4": "i4"},
)


def task(name: str) -> Spot:
    return Spot(Level.TASK, name)


def same(found: Mapping[Spot, float], wanted: Mapping[Spot, float]) -> bool:
    return found.keys() == wanted.keys() and all(isclose(found[spot], wanted[spot]) for spot in wanted)


@pytest.mark.parametrize(
    ("picks", "wanted"),
    [
        ({A: {task("t1"): 1}, B: {task("t1"): 1}}, {task("t1"): 1}),
        ({A: {task("t1"): 1}, B: {task("t2"): 1}}, {task("t1"): 0.5, task("t2"): 0.5}),
        ({A: {task("t1"): 1}, B: {task("t3"): 1}}, {Spot(Level.SOC_GROUP, "11"): 1}),
        ({A: {task("t1"): 1}, B: {task("t4"): 1}}, {UNKNOWN: 1}),
        ({A: {task("t1"): 0.75, task("t4"): 0.25}, B: {task("t1"): 1}}, {task("t1"): 0.875, UNKNOWN: 0.125}),
        ({A: {NO_TASK: 1}, B: {NO_TASK: 1}}, {NO_TASK: 1}),
        ({A: {NO_TASK: 1}, B: {task("t1"): 1}}, {UNKNOWN: 1}),
        ({A: {task("t1"): 1}, B: {task("t1"): 1}, C: {NO_TASK: 1}}, {task("t1"): 2 / 3, UNKNOWN: 1 / 3}),
        ({A: {task("t1"): 1}, B: {task("t4"): 1}, C: {task("t2"): 1}}, None),
        ({A: {task("t5"): 1}, B: {task("t5"): 1}}, {task("t5"): 1}),
        ({A: {task("t5"): 1}, B: {task("t3"): 1}}, {Spot(Level.SOC_GROUP, "11"): 1}),
        ({A: {task("t1"): 1}, B: {Spot(Level.IWA, "i1"): 1}}, {task("t1"): 0.5, Spot(Level.IWA, "i1"): 0.5}),
        ({A: {task("t1"): 1}, B: {Spot(Level.DWA, "d2"): 1}}, {task("t1"): 0.5, Spot(Level.DWA, "d2"): 0.5}),
        ({A: {task("t3"): 1}, B: {Spot(Level.SOC_GROUP, "15"): 1}}, {Spot(Level.SOC_GROUP, "15"): 1}),
        ({A: {task("t1"): 1}}, {UNKNOWN: 1}),
        ({}, {UNKNOWN: 1}),
    ],
)
def test_what_is_agreed_on(picks, wanted):
    found = ensemble(picks, LINKS)
    third = {task("t1"): 1 / 3, task("t2"): 1 / 3, UNKNOWN: 1 / 3}
    assert same(found, third if wanted is None else wanted)


def test_a_pick_backs_off_to_the_group_that_most_of_the_weight_agrees_on():
    picks = {A: {task("t5"): 1.0}, B: {Spot(Level.SOC_GROUP, "13"): 0.9, Spot(Level.SOC_GROUP, "11"): 0.1}}
    found = ensemble(picks, LINKS)
    assert same(found, {Spot(Level.SOC_GROUP, "13"): 0.95, Spot(Level.SOC_GROUP, "11"): 0.05})


def test_tasks_of_the_bank_agree_by_the_statements_that_they_stand_for():
    bank = Links({"b1": {"t1": 0.5, "t4": 0.5}, "b2": {"t2": 1.0}, "b3": {"t3": 1.0}}, LINKS.above, LINKS.iwa_of_dwa)
    assert same(ensemble({A: {task("b1"): 1}, B: {task("b2"): 1}}, bank), {task("b1"): 0.5, task("b2"): 0.5})
    assert same(ensemble({A: {task("b1"): 1}, B: {task("b3"): 1}}, bank), {Spot(Level.SOC_GROUP, "11"): 1})
    assert bank.nodes(task("b1"), Level.IWA) == {"i1": 0.5, "i4": 0.5}


def test_shares_of_nodes_count_a_group_as_often_as_it_is_listed():
    assert LINKS.nodes(task("t3"), Level.SOC_GROUP) == {"11": pytest.approx(2 / 3), "15": pytest.approx(1 / 3)}
    assert LINKS.nodes(task("t5"), Level.IWA) == LINKS.nodes(task("unknown"), Level.DWA) == {}
    assert LINKS.nodes(Spot(Level.IWA, "i1"), Level.TASK) == {}


def test_of_equal_shares_the_first_by_id_is_heaviest():
    assert heaviest({"b": 0.5, "a": 0.5}) == heaviest({"b": 0.1 + 0.2, "a": 0.3}) == "a"
    assert heaviest({"b": 0.6, "a": 0.4}) == "b"
    assert heaviest({}) is None


SPOTS = [task(f"t{number}") for number in range(1, 7)]
SPOTS += [NO_TASK, UNKNOWN, Spot(Level.IWA, "i1"), Spot(Level.DWA, "d3"), Spot(Level.DWA, "odd")]
SPOTS += [Spot(Level.SOC_GROUP, "11"), Spot(Level.SOC_GROUP, "17")]


@st.composite
def weights(draw):
    spots = draw(st.lists(st.sampled_from(SPOTS), min_size=1, max_size=3, unique=True))
    parts = [draw(st.integers(1, 4)) for _ in spots]
    return {spot: part / sum(parts) for spot, part in zip(spots, parts, strict=True)}


@given(st.dictionaries(st.sampled_from([A, B, C, Algorithm.DWA_ROUTE]), weights(), max_size=4))
def test_weights_sum_to_one_over_at_most_three_spots_heaviest_first(picks):
    found = ensemble(picks, LINKS)
    assert isclose(sum(found.values()), 1.0)
    assert 1 <= len(found) <= 3
    assert min(found.values()) > 0
    assert [round(weight, 9) for weight in found.values()] == sorted(
        (round(weight, 9) for weight in found.values()), reverse=True
    )


@given(st.lists(weights(), min_size=1, max_size=4), st.randoms())
def test_neither_the_names_of_the_algorithms_nor_their_order_matter(answers, chance):
    names = [A, B, C, Algorithm.DWA_ROUTE][: len(answers)]
    shuffled = list(answers)
    chance.shuffle(shuffled)
    first = ensemble(dict(zip(names, answers, strict=True)), LINKS)
    assert list(first.items()) == list(ensemble(dict(zip(names, shuffled, strict=True)), LINKS).items())


@given(weights(), st.integers(2, 4))
def test_algorithms_that_answer_alike_give_back_their_answer(answer, count):
    names = [A, B, C, Algorithm.DWA_ROUTE][:count]
    assert same(ensemble(dict.fromkeys(names, answer), LINKS), answer)


@given(weights(), weights())
def test_what_is_kept_was_picked_and_what_backs_off_is_agreed(first, second):
    for spot in ensemble({A: first, B: second}, LINKS):
        if spot in (UNKNOWN, NO_TASK):
            continue
        level = Level.IWA if LINKS.nodes(spot, Level.IWA) and spot.level is not Level.SOC_GROUP else spot.level
        nodes = LINKS.nodes(spot, level).keys()
        for weights_of_one in (first, second):
            assert any(LINKS.nodes(other, level).keys() & nodes for other in weights_of_one)


@given(weights())
def test_one_algorithm_alone_agrees_with_nobody(answer):
    assert ensemble({A: answer}, LINKS) == {UNKNOWN: 1.0}
