"""Of WildChat's rows the turns, the place and the hashed address are read; no verdict, no header, no finer place."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_files import PACKINGS, everything_written, lines, rows_of, texts_of, write_parquet
from reading_home import AS_OF, read_logs

from economic_index.conversations.readers.country_names import country_code
from economic_index.conversations.readers.language_names import language_tag
from economic_index.conversations.readers.wildchat import READER
from economic_index.conversations.records import Draft, Element, Locator, ReadContext, Rejected
from economic_index.conversations.sniff import choose_reader
from economic_index.conversations.sources import Source
from economic_index.lake import Lake
from economic_index.vocabulary import LocatorKind, RejectReason, Role, StartedAtSource

ENDED = "2026-01-05T11:06:00"


def asked(text: Any, turn: int = 41, **keys: Any) -> dict[str, Any]:
    """What a person wrote: place and address, and no time."""
    return {
        "role": "user",
        "content": text,
        "turn_identifier": turn,
        "timestamp": None,
        "hashed_ip": "IP-HASH-1",
        "country": "Portugal",
        "state": "SECRET",
        "header": {"user-agent": "SECRET", "accept-language": "SECRET"},
        "toxic": False,
        "redacted": False,
        **keys,
    }


def answered(text: Any, turn: int = 41, at: Any = "2026-01-05T11:05:00", **keys: Any) -> dict[str, Any]:
    """What the model answered: a time, and no place."""
    message = asked(text, turn, role="assistant", timestamp=at, hashed_ip=None, country=None, state=None, header=None)
    return message | keys


def row(*turns: Any, **keys: Any) -> dict[str, Any]:
    return {
        "conversation_hash": "f0",
        "model": "gpt-4o-2024-08-06",
        "timestamp": ENDED,
        "turn": 1,
        "language": "English",
        "openai_moderation": [{"categories": {"SECRET": False}}],
        "detoxify_moderation": [{"SECRET": 0.1}],
        "toxic": False,
        "redacted": False,
        "state": "SECRET",
        "country": "Portugal",
        "hashed_ip": "IP-HASH-9",
        "header": {"user-agent": "SECRET", "accept-language": "SECRET"},
        "conversation": list(turns),
        **keys,
    }


def read(record: Any) -> Draft | Rejected:
    (item,) = READER.read(iter([Element(record, Locator(LocatorKind.ROW, 1))]), ReadContext(AS_OF))
    return item


def draft_of(record: Any) -> Draft:
    item = read(record)
    assert isinstance(item, Draft)
    assert "SECRET" not in repr(item)
    return item


USUAL = row(asked("Draft a polite refusal."), answered("Thank you, but no."))


def test_a_row_is_one_conversation_of_the_hashed_address() -> None:
    draft = draft_of(USUAL)
    assert [(message.role, message.text) for message in draft.messages] == [
        (Role.USER, "Draft a polite refusal."),
        (Role.ASSISTANT, "Thank you, but no."),
    ]
    assert (draft.native_id, draft.is_native_id_random, draft.raw_user_id) == ("41", False, "IP-HASH-1")
    assert (draft.model_raw, draft.language, draft.country, draft.region) == ("gpt-4o-2024-08-06", "en", "PT", None)


def test_it_starts_at_the_earliest_reply_and_ends_at_the_row_s_time() -> None:
    draft = draft_of(row(asked("one"), answered("1", at=1767611100000), asked("two", 42), answered("2", 42, ENDED)))
    assert draft.started_at_source is StartedAtSource.LOG_FIRST_REPLY
    assert (draft.created_at, draft.earliest_message_at) == (None, datetime(2026, 1, 5, 11, 5, tzinfo=UTC))
    assert draft.ended_at == datetime(2026, 1, 5, 11, 6, tzinfo=UTC)


def test_without_times_of_messages_the_row_s_time_is_told_as_an_end() -> None:
    draft = draft_of(row(asked("one"), answered("1", at=None)))
    assert (draft.created_at, draft.started_at_source) == (datetime(2026, 1, 5, 11, 6, tzinfo=UTC), "log_end")
    assert draft_of(row(asked("one"), answered("1", at=None), timestamp="1999-01-01")).flags == {"time_out_of_range"}


def test_a_time_of_the_first_prompt_itself_is_a_start() -> None:
    draft = draft_of(row(asked("one", timestamp="2026-01-05T11:04:00"), answered("1")))
    assert (draft.started_at_source, draft.earliest_message_at) == ("log", datetime(2026, 1, 5, 11, 4, tzinfo=UTC))


def test_ids_are_the_first_turn_s_number_since_the_hash_is_not_unique() -> None:
    one, two = draft_of(row(asked("one", 7))), draft_of(row(asked("one", 8)))
    assert (one.native_id, two.native_id) == ("7", "8")
    bare = {**asked("one"), "turn_identifier": None}
    assert draft_of(row(bare)).native_id == "f0 2026-01-05T11:06:00+00:00"
    assert draft_of(row(bare, timestamp=None)).native_id == "f0"


def test_the_address_and_place_are_those_of_the_first_prompt_else_of_the_row() -> None:
    elsewhere = asked("two", 42, hashed_ip="IP-HASH-2", country="Spain")
    assert (draft_of(row(asked("one"), elsewhere)).raw_user_id, draft_of(row(asked("one"), elsewhere)).country) == (
        "IP-HASH-1",
        "PT",
    )
    bare = draft_of(row({"role": "user", "content": "one"}))
    assert (bare.raw_user_id, bare.country) == ("IP-HASH-9", "PT")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("United States", "US"),
        ("The Netherlands", "NL"),
        ("netherlands", "NL"),
        ("Türkiye", "TR"),
        ("Hong Kong", "HK"),
        ("Georgia", "GE"),
        ("St. Lucia", "LC"),
        ("DE", "DE"),
        ("Atlantis", None),
        ("California", None),
        ("the", None),
        ("", None),
        (None, None),
    ],
)
def test_names_of_countries_become_codes_or_nothing(name: str | None, code: str | None) -> None:
    assert country_code(name) == code


@pytest.mark.parametrize(
    ("name", "tag"),
    [("English", "en"), ("chinese", "zh"), ("Scots_Gaelic", "gd"), ("Nynorsk", "nn"), ("unknown", None), ("en", None)],
)
def test_names_of_languages_become_tags_or_nothing(name: str, tag: str | None) -> None:
    assert language_tag(name) == tag


def test_empty_turns_system_prompts_and_unknown_roles_are_dropped() -> None:
    turns = ({"role": "system", "content": "SECRET"}, asked("one"), answered(None), {"role": "SECRET", "content": "x"})
    draft = draft_of(row(*turns, 5, None))
    assert [message.text for message in draft.messages] == ["one"]
    assert draft.counts["dropped_message_count"] == 4


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (row(), RejectReason.EMPTY_CONVERSATION),
        (row(asked(None)), RejectReason.EMPTY_CONVERSATION),
        (row(answered("SECRET")), RejectReason.EMPTY_CONVERSATION),
        (row({"role": "SECRET", "content": "SECRET"}), RejectReason.UNKNOWN_ROLE),
        (row(conversation="SECRET"), RejectReason.EMPTY_CONVERSATION),
        (["SECRET"], RejectReason.EMPTY_CONVERSATION),
    ],
)
def test_where_no_person_speaks_there_is_no_conversation(record: Any, reason: RejectReason) -> None:
    item = read(record)
    assert isinstance(item, Rejected)
    assert item.reason is reason
    assert "SECRET" not in item.detail


def test_the_format_is_told_by_its_two_keys() -> None:
    assert choose_reader([USUAL], "a.jsonl") is READER
    assert not READER.sniff([{"conversation_hash": "x"}])
    assert not READER.sniff([{"conversation": []}, 5])


RECORDS = [USUAL, row(asked("Second.", 43), answered("2.", 43)), row(answered("alone", 44))]
READ = [["Draft a polite refusal.", "Thank you, but no."], ["Second.", "2."]]


@pytest.mark.parametrize("name", PACKINGS)
def test_lines_are_read_plain_and_packed(tmp_path: Path, name: str) -> None:
    PACKINGS[name](tmp_path / name, lines(RECORDS) + b'{"conversation_hash": "cut", \n{"conversation_h')
    os.utime(tmp_path / name, (1_750_000_000, 1_750_000_000))  # long ago: nobody is writing its last line
    rows, report = rows_of(tmp_path / name)
    assert texts_of(rows) == READ
    assert report.reasons == {
        RejectReason.EMPTY_CONVERSATION: 1,
        RejectReason.MALFORMED_JSON: 1,
        RejectReason.TRUNCATED_RECORD: 1,
    }
    assert report.record_count == 4


def with_moments(record: dict[str, Any], zone: Any) -> dict[str, Any]:
    """The same row as a Parquet file types it."""
    turns = [
        turn | {"timestamp": turn["timestamp"] and datetime.fromisoformat(turn["timestamp"]).replace(tzinfo=zone)}
        for turn in record["conversation"]
    ]
    return record | {"timestamp": datetime(2026, 1, 5, 11, 6, tzinfo=zone), "conversation": turns}


@pytest.mark.parametrize("zone", [UTC, None])
def test_parquet_gives_the_same_rows_as_lines_and_no_bulk_is_decoded(tmp_path: Path, zone: Any) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines(RECORDS))
    path = write_parquet(tmp_path / "train-00000.parquet", [with_moments(record, zone) for record in RECORDS])
    of_lines, of_table = rows_of(tmp_path / "a.jsonl")[0], rows_of(path)[0]
    assert texts_of(of_table) == READ
    assert [each.values for each in of_table] == [each.values for each in of_lines]
    assert not any(each.values["is_zone_assumed"] for each in of_table)


def test_a_grown_file_keeps_ids_and_nothing_private_is_written(lake: Lake, logs: Path) -> None:
    source = Source("wild", str(logs))
    (logs / "a.jsonl").write_bytes(lines(RECORDS))
    assert read_logs(lake, source).raw_logs["conversation_count"].item() == 2
    (logs / "a.jsonl").write_bytes(lines([*RECORDS, row(asked("Third.", 45), answered("3.", 45))]))
    grown = read_logs(lake, source).raw_logs
    assert (grown["conversation_count"].item(), grown["duplicate_count"].item()) == (1, 0)  # read from where it ended
    written = everything_written(lake)
    assert b"Third." in written
    for private in (b"IP-HASH", b"SECRET", b"Lisboa"):
        assert private not in written


WORDS = st.sampled_from(["conversation_hash", "conversation", "role", "user", "assistant", "content", "timestamp", ""])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=30,
)
TURNS = st.fixed_dictionaries(
    {"role": st.sampled_from(["user", "assistant"]) | JSON, "content": JSON},
    optional={"turn_identifier": JSON, "timestamp": JSON, "hashed_ip": JSON, "country": JSON},
)
ROWS = st.fixed_dictionaries(
    {"conversation_hash": JSON, "conversation": st.lists(TURNS | JSON, max_size=4) | JSON},
    optional={"timestamp": JSON, "model": JSON, "language": JSON, "country": JSON, "hashed_ip": JSON},
)


@given(st.lists(JSON | ROWS, max_size=4))
def test_every_record_of_arbitrary_json_is_a_draft_or_a_rejection(records: list[Any]) -> None:
    READER.sniff(records)
    elements = [Element(record, Locator(LocatorKind.LINE, number)) for number, record in enumerate(records, 1)]
    items = list(READER.read(iter(elements), ReadContext(AS_OF)))
    assert [item.locator.number for item in items] == list(range(1, len(records) + 1))
    assert all(isinstance(item, Draft | Rejected) for item in items)
