"""Ids: stable, keyed where a guess could confirm them, and with room for every conversation."""

import base64
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from economic_index.conversations import identify

KEY, OTHER = b"k" * 32, b"o" * 32
FIRST_AT = datetime(2026, 1, 5, 9, 0, 0, 500000, tzinfo=UTC)


def test_an_issued_id_needs_no_key_and_depends_on_system_and_id() -> None:
    identity = identify.conversation_id("chatgpt", "abc")
    assert identity == identify.conversation_id("chatgpt", "abc")
    assert identity[:2] == "c1"
    assert len(identity) == 28
    assert (
        len({identity, identify.conversation_id("claude_ai", "abc"), identify.conversation_id("chatgpt", "abd")}) == 3
    )


def test_an_id_made_of_content_or_names_cannot_be_confirmed_without_the_key() -> None:
    assert identify.guarded_conversation_id(KEY, "s", "n") != identify.guarded_conversation_id(OTHER, "s", "n")
    assert identify.guarded_conversation_id(KEY, "s", "n") != identify.conversation_id("s", "n")


def test_a_grown_conversation_without_id_keeps_the_id_of_its_first_words_and_second() -> None:
    def identity(text: str, at: datetime, user: str = "u") -> str:
        return identify.dated_conversation_id(KEY, user, "p", text, at)

    first = identity("Plan a  menu", FIRST_AT)
    assert identity("Plan a\nmenu\u200b", FIRST_AT + timedelta(milliseconds=300)) == first
    assert identity("Plan a menu", FIRST_AT + timedelta(seconds=1)) != first
    assert identity("Plan a menu", FIRST_AT, "v") != first


def test_identical_records_without_id_and_time_are_told_apart_by_their_running_number() -> None:
    ids = [identify.undated_conversation_id(KEY, "s", "h", number) for number in (1, 2, 3)]
    assert len(set(ids)) == 3


def test_a_person_is_one_pseudonym_per_system_and_an_address_is_spelled_one_way() -> None:
    assert identify.user_id(KEY, "s", "Ann@Example.org ") == identify.user_id(KEY, "s", "ann@example.org")
    assert identify.user_id(KEY, "s", "User-A") != identify.user_id(KEY, "s", "user-a")
    assert identify.user_id(KEY, "s", "a") != identify.user_id(KEY, "t", "a")
    assert identify.user_id(KEY, "s", "a") != identify.user_id(OTHER, "s", "a")


def test_content_hash_sees_roles_order_and_key_but_not_invisible_marks() -> None:
    base = identify.content_hash(KEY, "ua", "a\x1fb")
    assert identify.content_hash(KEY, "ua", "a\u200b\x1fb") == base
    others = [
        identify.content_hash(KEY, "uu", "a\x1fb"),
        identify.content_hash(KEY, "ua", "b\x1fa"),
        identify.content_hash(OTHER, "ua", "a\x1fb"),
        identify.content_hash(KEY, "ua", "a\x1fb\x1f"),
    ]
    assert len({base, *others}) == 5


def test_key_ids_tell_keys_apart_in_eight_digits() -> None:
    assert identify.key_id(KEY) != identify.key_id(OTHER)
    assert len(identify.key_id(KEY)) == 8


@given(digest=st.binary(min_size=32, max_size=32))
def test_ids_are_base_32_as_the_standard_writes_it(digest: bytes) -> None:
    assert identify._base32(digest) == base64.b32encode(digest)[:26].decode().lower()
