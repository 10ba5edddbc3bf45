"""The hierarchy is built over a real server: no child is lost, no request is paid for twice, and it is data."""

from collections import Counter
from dataclasses import replace

import pytest
from hierarchy_world import MODEL, SALT, SHAPE, Killed, until

from economic_index.assign.hierarchy import MOST_OPTIONS, HierarchyBroken, Parent, hierarchy_of, read_hierarchy
from economic_index.assign.hierarchy_build import HierarchyShape, expected_requests
from economic_index.assign.hierarchy_phase import HierarchyUnfinished
from economic_index.assign.hierarchy_prompts import ASSIGN, MERGE, PROPOSE, RENAME
from economic_index.assign.hierarchy_tier import Below, Tier, unified
from economic_index.contracts import broken_rules
from economic_index.contracts.hierarchy import TASK_HIERARCHY
from economic_index.facets.naming import same_name


def assert_is_a_tree(hierarchy, sentences):
    """Every node of every level stands under exactly one of the level above."""
    frame = hierarchy.frame()
    assert not broken_rules(TASK_HIERARCHY, frame)
    depth = frame["level"].max()
    assert sorted(frame.loc[frame["level"] == depth, "node_id"]) == sorted(sentences.ids)
    for level in range(1, depth + 1):
        rows = frame.loc[frame["level"] == level]
        assert rows["node_id"].is_unique
        above = set(frame.loc[frame["level"] == level - 1, "node_id"])
        assert rows["parent_id"].isna().all() if level == 1 else set(rows["parent_id"]) == above
    children = frame.groupby("parent_id").size()
    parents = frame.loc[frame["level"] < depth].set_index("node_id")
    assert children.to_dict() == parents["child_count"].to_dict()
    assert parents["child_count"].max() <= MOST_OPTIONS
    assert frame.loc[frame["level"] == 1, "leaf_count"].sum() == len(sentences.ids)


def test_every_child_has_exactly_one_parent_at_every_level(built, sentences):
    hierarchy, stats = built
    assert_is_a_tree(hierarchy, sentences)
    counts = hierarchy.counts()
    wanted = len(sentences.ids) * SHAPE.ratio(len(sentences.ids), 2)
    assert 0.5 * wanted <= counts[2] <= 1.5 * wanted
    assert 0.5 * SHAPE.top_count <= counts[1] <= 1.5 * SHAPE.top_count
    assert stats["made_again"] == 0
    assert stats["by_status"] == {"200": stats["identities"]}


def test_kinds_of_work_have_names_of_their_own_and_sentences_are_not_in_the_table(built):
    hierarchy, _ = built
    frame = hierarchy.frame()
    is_leaf = frame["level"].eq(hierarchy.depth)
    assert frame["name"].isna().eq(is_leaf).all()
    for _, names in frame.loc[~is_leaf].groupby("level")["name"]:
        assert names.map(same_name).is_unique


def test_the_estimate_is_near_what_was_sent(built, sentences):
    _, stats = built
    expected = expected_requests(len(sentences.ids), SHAPE).total()
    assert abs(stats["identities"] - expected) < 0.15 * expected


def test_a_killed_build_goes_on_where_it_was_and_asks_nothing_twice(home, server, built):
    build = home.build()

    def send(phase):
        if phase.prompt == ASSIGN and phase.level == 1:
            home.ask(until(phase.requests(), 10))
        home.send(phase)

    with pytest.raises(Killed):
        build.run(send)
    before = server.stats(detail=True)["by_identity"]
    stored = home.store.answered_keys(list(before))
    assert len(stored) >= len(home.sentences.ids)
    again = home.build().run(home.send)
    after = server.stats(detail=True)["by_identity"]
    assert [key for key in stored if after[key]["arrivals"] > before[key]["arrivals"]] == []
    assert len(after) == built[1]["identities"]
    assert again == built[0]


def test_a_whole_build_is_read_again_from_the_store(home, server, built):
    assert home.build().run(home.send) == built[0]
    arrivals = server.stats()["arrivals"]
    assert {phase.pending() for phase in home.build().phases()} == {0}
    assert server.stats()["arrivals"] == arrivals


def test_what_failed_is_made_good_by_nearness_and_counted(home, server, sentences):
    server.control(faults={"refusal": 0.3})
    build = home.build()
    assert_is_a_tree(build.run(home.send), sentences)
    refused = server.stats()["by_fault"]["refusal"]
    assert build.fallbacks.total() == refused > 0
    assert build.fallbacks[ASSIGN] > 10


def test_a_hierarchy_of_nearness_alone_is_a_hierarchy(home, server, sentences):
    server.control(faults={"refusal": 1.0})
    build = home.build()
    hierarchy = build.run(home.send)
    assert_is_a_tree(hierarchy, sentences)
    assert set(build.fallbacks) == {PROPOSE, MERGE, ASSIGN, RENAME}
    texts = set(sentences.texts)
    assert {node.name for node in hierarchy.nodes.values() if node.level} <= texts


def test_what_was_not_sent_is_no_failure(home):
    home.budget = 10_000
    with pytest.raises(HierarchyUnfinished, match=r"hierarchy_.*were not sent\. Start again"):
        home.build().run(home.send)


def test_rows_are_read_back_as_the_same_hierarchy(built, sentences):
    hierarchy, _ = built
    shuffled = hierarchy.frame().sample(frac=1, random_state=1)
    assert read_hierarchy(shuffled, sentences) == hierarchy


def test_rows_that_were_changed_or_are_of_other_sentences_are_refused(built, sentences):
    frame = built[0].frame()
    with pytest.raises(HierarchyBroken, match="other sentences"):
        read_hierarchy(frame, replace(sentences, texts=sentences.texts[::-1]))
    renamed = frame.assign(name=frame["name"].where(frame["level"] != 1, "Work"))
    with pytest.raises(HierarchyBroken, match="same name"):
        read_hierarchy(renamed, sentences)
    other = frame.assign(name=frame["name"].where(frame.index != 0, "Work"))
    with pytest.raises(HierarchyBroken, match="were changed"):
        read_hierarchy(other, sentences)
    moved = frame.assign(parent_id=frame["parent_id"].where(frame.index != frame.index[-1], None))
    with pytest.raises(HierarchyBroken, match="places under their parents"):
        read_hierarchy(moved, sentences)


def test_a_child_under_two_parents_is_refused(sentences, built):
    half = tuple(sentences.ids[:60])
    tier = [Parent("One", half), Parent("Two", (half[0], *sentences.ids[60:120])), Parent("Three", sentences.ids[120:])]
    count = len(sentences.ids)
    with pytest.raises(HierarchyBroken, match=f"Level 1: {count} nodes have {count + 1} places"):
        hierarchy_of(sentences, "20.1", built[0].maker, [tier])


def test_kinds_of_work_of_one_name_become_one_unless_that_were_too_large():
    few, many = tuple(map(str, range(30))), tuple(map(str, range(100, 160)))
    joined = unified([Parent("Teach maths", few), Parent("teach  Maths.", ("x",)), Parent("Teach maths", many)])
    assert joined == [Parent("Teach maths", (*few, "x")), Parent("Teach maths (2)", many)]


def test_what_is_too_large_to_be_shown_at_once_is_divided_by_nearness(home, sentences):
    below = Below(sentences.ids, sentences.texts, sentences.vectors)
    tier = Tier(below, 0.1, 1, 20, 0, SALT, home.embed, None, Counter())
    everything = list(range(len(sentences.ids)))
    parts = tier._parts(everything)
    assert sorted(place for part in parts for place in part) == everything
    assert 1 < len(parts) <= 8
    assert max(map(len, parts)) <= MOST_OPTIONS
    assert tier._parts(everything[:MOST_OPTIONS]) == [everything[:MOST_OPTIONS]]


def test_the_steps_to_the_top_are_equal_as_in_the_paper():
    paper = HierarchyShape(top_count=12)
    assert round(19_530 * paper.ratio(19_530, 2)) == 484
    assert expected_requests(19_530, paper)[ASSIGN] == 19_530 + 485
    with pytest.raises(ValueError, match="at the top"):
        HierarchyShape(top_count=31)
    with pytest.raises(ValueError, match="levels"):
        HierarchyShape(level_count=1)


def test_what_another_model_answered_is_asked_of_this_one(home):
    home.build().run(home.send)
    other = home.build()
    other.model = "claude-sonnet-5-5"
    phase = next(other.phases())
    assert phase.pending() == len(phase.asks) > 0
    assert {request.subject.model for request in phase.requests()} == {"claude-sonnet-5-5"} != {MODEL}
