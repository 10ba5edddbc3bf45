"""Scattered messages come back by conversation, from memory or from a file without a name."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from economic_index.conversations.readers.gathering import Gathering, Group
from economic_index.conversations.readers.turns import Turn
from economic_index.conversations.records import Element, Locator, Rejected
from economic_index.vocabulary import LocatorKind, RejectReason

ANY_TEXT = st.text(st.characters(), max_size=20)  # lone surrogates too


def line(number: int, is_repaired: bool = False) -> Element:
    return Element(None, Locator(LocatorKind.LINE, number), is_repaired)


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "ü", ""]) | ANY_TEXT, ANY_TEXT), max_size=40))
@pytest.mark.parametrize("memory_bytes", [1, 1 << 20])
def test_messages_come_back_whole_in_order_of_the_first_of_their_conversation(
    memory_bytes: int, told: list[tuple[str, str]]
) -> None:
    with Gathering(None, memory_bytes) as gathering:
        for number, (key, text) in enumerate(told, start=1):
            gathering.add(key, line(number), Turn("user", text, counts={"attachment_count": number}, at=10**15))
        groups = list(gathering.groups())
    expected: dict[str, list[Turn]] = {}
    for number, (key, text) in enumerate(told, start=1):
        turn = Turn("user", text, counts={"attachment_count": number}, at=10**15, place=number)
        expected.setdefault(key, []).append(turn)
    assert [(group.key, group.turns) for group in groups if isinstance(group, Group)] == list(expected.items())
    assert [group.locator.number for group in groups] == [turns[0].place for turns in expected.values()]


def test_what_does_not_fit_in_memory_lies_in_a_file_that_no_name_leads_to(tmp_path: Path) -> None:
    with Gathering(tmp_path, memory_bytes=100) as gathering:
        for number in range(50):
            gathering.add(f"c{number % 7}", line(number), Turn("user", "private" * 10))
        assert not gathering.is_in_memory
        assert list(tmp_path.iterdir()) == []
        assert [len(group.turns) for group in gathering.groups() if isinstance(group, Group)] == [8] + [7] * 6


def test_a_conversation_too_large_for_memory_is_rejected_and_the_rest_goes_on() -> None:
    with Gathering(None, max_group_bytes=2_000) as gathering:
        for number in range(1, 31):
            gathering.add("small" if number % 10 == 2 else "large", line(number), Turn("user", "x" * 100))
        large, small = gathering.groups()
    assert isinstance(large, Rejected)
    assert (large.reason, large.locator.number, large.native_id) == (RejectReason.RECORD_TOO_LARGE, 1, "large")
    assert "messages=27" in large.detail
    assert isinstance(small, Group)
    assert len(small.turns) == 3


def test_one_repaired_record_is_told_of_its_conversation_alone() -> None:
    with Gathering(None) as gathering:
        for number, key in enumerate("abab"):
            gathering.add(key, line(number, is_repaired=number == 2), Turn("user"))
        assert [(group.key, group.is_repaired) for group in gathering.groups()] == [("a", True), ("b", False)]
