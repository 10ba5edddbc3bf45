"""A tree is walked up from its leaf and always ends, whatever its pointers do."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from economic_index.conversations.readers.tree import Path, branch_points, newest_leaf, path_to

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=1)
NO_TIMES: dict[str, datetime] = {}
CHAIN = {"a": None, "b": "a", "c": "b", "x": "a"}
PARENTS = st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from([*"abcdefgh", "gone"]) | st.none(), min_size=1)


def test_the_path_runs_from_the_root_to_the_leaf_past_its_siblings() -> None:
    assert path_to("c", CHAIN) == Path(["a", "b", "c"], is_cyclic=False, is_cut=False)
    assert path_to("x", CHAIN) == Path(["a", "x"], is_cyclic=False, is_cut=False)


def test_a_ring_and_a_missing_parent_end_the_walk_and_are_told() -> None:
    assert path_to("b", {"a": "b", "b": "a"}) == Path(["a", "b"], is_cyclic=True, is_cut=False)
    assert path_to("a", {"a": "a"}) == Path(["a"], is_cyclic=True, is_cut=False)
    assert path_to("b", {"b": "gone"}) == Path(["b"], is_cyclic=False, is_cut=True)
    assert path_to("gone", CHAIN).nodes == []


def test_the_newest_leaf_is_nobodys_parent_even_if_an_inner_node_is_newer() -> None:
    times = {"a": LATER + timedelta(1), "b": LATER + timedelta(1), "c": NOON, "x": LATER}
    assert newest_leaf(CHAIN, times.get) == "x"
    assert newest_leaf(CHAIN, {"c": NOON}.get) == "c"


def test_without_times_the_last_leaf_counts_and_in_a_ring_the_newest_node() -> None:
    assert newest_leaf(CHAIN, NO_TIMES.get) == "x"
    assert newest_leaf(CHAIN, {"c": NOON, "x": NOON}.get) == "x"
    assert newest_leaf({"a": "b", "b": "a"}, {"a": LATER, "b": NOON}.get) == "a"
    assert newest_leaf({}, NO_TIMES.get) is None


def test_branch_points_have_more_than_one_child_and_several_roots_are_one() -> None:
    assert branch_points(CHAIN) == ["a"]
    assert branch_points({"a": None, "b": None, "c": "b"}) == [None]


@given(PARENTS)
def test_every_path_is_a_chain_of_parents_without_repetition(parents: dict[str, str | None]) -> None:
    leaf = newest_leaf(parents, NO_TIMES.get)
    assert leaf is not None
    path = path_to(leaf, parents)
    assert len(set(path.nodes)) == len(path.nodes)
    assert path.nodes[-1] == leaf
    assert all(parents[child] == parent for parent, child in zip(path.nodes, path.nodes[1:], strict=False))
    end = parents[path.nodes[0]]
    assert (end is None) == (not path.is_cyclic and not path.is_cut)
