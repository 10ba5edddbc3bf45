import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from economic_index.local.structure import STRUCTURE, structure
from economic_index.local.window import Turn, cut, render, turns_in_words

turns = st.lists(st.builds(Turn, st.sampled_from(["user", "assistant"]), st.text(max_size=400)), max_size=12)


def test_the_window_holds_first_request_later_ones_the_last_and_the_first_reply():
    talk = [Turn("user", "first ask"), Turn("assistant", "first reply")]
    for number in range(2, 9):
        talk += [Turn("user", f"ask {number}"), Turn("assistant", f"reply {number}")]
    assert render(talk).split("\n") == [
        "eight turns.", "first ask", "ask 2", "ask 3", "ask 4", "ask 5", "ask 8", "first reply",
    ]  # fmt: skip


def test_two_turns_are_not_repeated():
    talk = [Turn("user", "a"), Turn("assistant", "b"), Turn("user", "c")]
    assert render(talk).split("\n") == ["two turns.", "a", "c", "b"]


def test_number_of_turns_in_words():
    assert [turns_in_words(n) for n in (0, 1, 3, 11, 25, 31, 51, 101)] == [
        "no turns", "one turn", "three turns", "over ten turns", "over twenty turns", "over thirty turns",
        "over fifty turns", "over hundred turns",
    ]  # fmt: skip


def test_cut_ends_at_a_word_and_reads_space_as_one():
    assert cut("one  two\n\nthree four", 12) == "one two"
    assert cut("x" * 50, 10) == "x" * 10


@given(turns)
def test_any_conversation_has_a_bounded_window_and_a_finite_shape(talk):
    assert len(render(talk)) <= 500 + 6 * 160 + 40
    shape = structure(talk)
    assert shape.shape == (len(STRUCTURE),)
    assert np.isfinite(shape).all()
