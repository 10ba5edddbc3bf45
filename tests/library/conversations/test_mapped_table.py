"""Any table by its mapping: every row is part of a conversation, rejected, or counted; in any order, form and size."""

import json
import random
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mapped_tables import (
    START,
    Cells,
    by_conversation,
    csv_bytes,
    jsonl_bytes,
    mapping,
    message,
    parquet_bytes,
    read_table,
    rejected,
    said,
    thread,
)
from reading_home import read_logs

from economic_index.contracts.lake import CONVERSATIONS_REJECTED, RAW_LOGS
from economic_index.conversations import grouping
from economic_index.conversations.sources import Source
from economic_index.conversations.winners import WinnerStore
from economic_index.lake import SCRATCH, Lake
from economic_index.vocabulary import FileStatus, RejectReason
from tests.library.conversations.test_archives import zipped

WRITERS = {"table.csv": csv_bytes, "table.jsonl": jsonl_bytes, "table.parquet": parquet_bytes}
DESK = [*thread("t1", "Tidy this list.", "Done."), message("t2", 5, "agent", "Why?")]


@pytest.mark.parametrize("name", [*WRITERS, "table.zip", "array.json", "pretty.json"])
def test_a_table_of_messages_is_read_in_every_form(tmp_path: Path, name: str) -> None:
    data = WRITERS.get(name, csv_bytes)(DESK)
    if name == "table.zip":
        data = zipped({"table.csv": data})
    elif name.endswith(".json"):
        data = json.dumps(DESK, indent=2).encode() if name[0] == "a" else json.dumps(DESK[0], indent=2).encode()
    rows, report = read_table(tmp_path, data, mapping(product="desk_bot"), name)
    if name == "pretty.json":
        assert said(rows) == [("u", ["Tidy this list."])]
        return
    assert said(rows) == [("ua", ["Tidy this list.", "Done."]), ("u", ["Why?"])]
    first = rows[0].values
    assert (first["started_at"], first["ended_at"]) == (START, START + timedelta(minutes=1))
    assert (first["product"], first["source_format"], first["source_record"]) == ("desk_bot", "mapped_table", 1)
    assert first["user_id"] != rows[1].values["user_id"]
    assert report.record_count == 3
    assert report.status is FileStatus.READ


def test_rows_need_not_stand_together_and_are_put_in_order_by_time_or_by_the_order_column(tmp_path: Path) -> None:
    mixed = [DESK[1], DESK[2], DESK[0]]
    assert said(read_table(tmp_path, csv_bytes(mixed), mapping())[0]) == [
        ("ua", ["Tidy this list.", "Done."]),
        ("u", ["Why?"]),
    ]
    numbered = [message("t", 0, "agent", text, n=n) for text, n in (("ten", "10"), ("nine", " 9"), ("half", "9.5"))]
    rows, _ = read_table(tmp_path, csv_bytes(numbered), mapping(columns={"order": "n"}))
    assert rows[0].transcript.texts() == ["nine", "half", "ten"]
    numbered[1]["n"] = ""
    numbered[2]["sent_at"] = (START - timedelta(hours=1)).isoformat()
    rows, _ = read_table(tmp_path, csv_bytes(numbered), mapping(columns={"order": "n"}))
    assert rows[0].transcript.texts() == ["half", "ten", "nine"]  # a column with a gap orders nothing
    numbered[0]["sent_at"] = ""
    rows, _ = read_table(tmp_path, csv_bytes(numbered), mapping())
    assert rows[0].transcript.texts() == ["ten", "nine", "half"]


def test_a_row_that_cannot_be_used_is_rejected_by_its_number_and_the_rest_goes_on(tmp_path: Path) -> None:
    odd = [
        message("t1", 2, "PRIVATE", "x"),
        message("t1", 3, "", "x"),
        message("", 3, "agent", "x"),
        message("t3", 3, "bot", "unasked"),
        message("t4", 4, "PRIVATE", "x"),
        message("t5", 4, "agent", "no time", sent_at=""),
        message("t6", 4, "agent", "odd time", sent_at="yesterday"),
        message("t7", 4, "agent", " "),
    ]
    rows, report = read_table(tmp_path, csv_bytes([*DESK, *odd]) + b"short,row\n", mapping(), "t.csv")
    assert len(rows) == 2
    assert rejected(report) == [
        ("unknown_role", 4),
        ("unknown_role", 5),
        ("malformed_row", 6),
        ("unknown_role", 8),
        ("malformed_row", 12),
        ("empty_conversation", 7),
        ("no_time", 9),
        ("time_out_of_range", 10),
        ("empty_conversation", 11),
    ]
    told = " ".join(report.sentences())
    assert "3 records have roles that are not understood (first at row 4)" in told
    assert "PRIVATE" not in told + str(report.rejections)
    assert {row["native_id_hash"] is None for row in report.rejections if row["locator"] in {6, 12}} == {True}


def test_roles_may_be_flags_and_dropped_messages_are_counted(tmp_path: Path) -> None:
    rows = [
        {"c": 7, "mine": True, "text": "Ask", "at": 1767604500},
        {"c": 7, "mine": False, "text": "Answer", "at": 1767604501},
        {"c": 7, "mine": None, "text": "Answer", "at": 1767604501},
        {"c": 7, "mine": "note", "text": "PRIVATE", "at": 1767604502},
    ]
    told = mapping(time={"format": "epoch_s"}, roles={"user": [True], "assistant": [False], "drop": ["note"]})
    told = replace(told, columns={"conversation_id": "c", "role": "mine", "text": "text", "time": "at"})
    made, report = read_table(tmp_path, jsonl_bytes(rows), told)
    assert said(made) == [("ua", ["Ask", "Answer"])]
    assert made[0].values["dropped_message_count"] == 1
    assert made[0].values["user_id"] is None
    assert rejected(report) == [("unknown_role", 3)]


TREE = mapping(columns={"message_id": "id", "parent_id": "above", "deleted": "gone", "updated_at": "changed"})


def node(key: str, above: str | None, minute: int, who: str = "agent", **more: Any) -> Cells:
    return message("t", minute, who, key, id=key, above=above) | {"gone": False, "changed": None} | more


def test_a_tree_is_walked_from_its_newest_leaf_and_siblings_are_branches(tmp_path: Path) -> None:
    rows = [
        node("a", None, 0),
        node("old", "a", 1, "bot"),
        node("tool", "a", 2, "system"),
        node("odd", "tool", 3, "PRIVATE"),
        node("b", "odd", 4, "bot"),
    ]
    made, report = read_table(tmp_path, jsonl_bytes(rows[::-1]), TREE)
    assert said(made) == [("ua", ["a", "b"])]
    assert (made[0].values["branch_count"], made[0].values["dropped_message_count"]) == (1, 1)
    assert rejected(report) == [("unknown_role", 2)]


def test_a_ring_ends_and_is_told_and_a_repeated_message_counts_once(tmp_path: Path) -> None:
    made, report = read_table(tmp_path, jsonl_bytes([node("a", "b", 0), node("b", "a", 1, "bot")]), TREE)
    assert said(made) == [("ua", ["a", "b"])]
    assert "1 trees repaired" in " ".join(report.sentences())
    twice = [node("a", None, 0, body="new", changed="2026-01-06T00:00Z"), node("a", None, 0), node("b", "a", 1, "bot")]
    made, report = read_table(tmp_path, jsonl_bytes(twice), TREE)
    assert said(made) == [("ua", ["new", "b"])]
    assert report.skipped["repeated_message"] == 1


def test_a_deleted_message_is_dropped_and_a_deleted_conversation_is_rejected_with_its_id(tmp_path: Path) -> None:
    rows = [
        node("a", None, 0),
        node("b", "a", 1, "bot", gone="2026-02-01T00:00:00Z", changed="2026-02-01T00:00:00Z"),
        node("c", "b", 2, "agent"),
    ]
    made, report = read_table(tmp_path, jsonl_bytes(rows), TREE)
    assert said(made) == [("uu", ["a", "c"])]
    assert made[0].values["updated_at"].isoformat() == "2026-02-01T00:00:00+00:00"
    assert (made[0].values["dropped_message_count"], report.skipped["deleted_message"]) == (1, 1)
    _, report = read_table(tmp_path, jsonl_bytes([row | {"gone": 1} for row in rows]), TREE)
    assert rejected(report) == [("deleted", 1)]
    assert report.rejections[0]["native_id_hash"] is not None
    assert report.status is FileStatus.READ  # news of deletions alone is no failure


def test_what_belongs_to_a_conversation_is_taken_from_its_rows(tmp_path: Path) -> None:
    more = {"model": "m", "country": "land", "region": "part", "language": "tongue"}
    told = mapping(columns=more, product_column="kind", surface_column="door", system="x", ids_are_random=True)
    rows = [
        message("t", 0, "agent", "a", m="", land="", part="pt-11", tongue="pt_PT", kind="voice", door="api"),
        message("t", 1, "bot", "b", m="gpt-x", land="pt", part="", tongue="en", kind="", door="lobby", agent="bot-1"),
    ]
    values = read_table(tmp_path, csv_bytes(rows), told)[0][0].values
    assert [values[key] for key in ("model", "country", "region", "language", "product", "surface")] == [
        "gpt-x", "PT", "PT-11", "pt-PT", "voice", "api",
    ]  # fmt: skip
    other = read_table(tmp_path, csv_bytes(rows[:1]), told)[0][0].values
    assert (other["user_id"], other["conversation_id"]) == (values["user_id"], values["conversation_id"])
    keyed = read_table(tmp_path, csv_bytes(rows), mapping(system="x"))[0][0].values
    assert keyed["conversation_id"] != values["conversation_id"]
    renamed = read_table(tmp_path, csv_bytes(rows), mapping())[0][0].values
    assert renamed["conversation_id"] != keyed["conversation_id"]


def test_a_text_may_be_parts_or_a_number(tmp_path: Path) -> None:
    parts = [{"type": "text", "text": "Look:"}, {"type": "image_url", "image_url": "PRIVATE"}]
    rows = [message("t", 0, "agent", "x") | {"body": parts}, message("t", 1, "bot", "x") | {"body": 42}]
    made, _ = read_table(tmp_path, jsonl_bytes(rows), mapping())
    assert said(made) == [("ua", ["Look:", "42"])]
    assert made[0].values["attachment_count"] == 1
    assert made[0].transcript.attachments == (True, False)


def test_a_zone_that_nobody_says_is_flagged(tmp_path: Path) -> None:
    row = message("t", 0, "agent", "x", sent_at="2026-07-01 10:00")
    assumed = read_table(tmp_path, csv_bytes([row]), mapping())[0][0].values
    told = read_table(tmp_path, csv_bytes([row]), mapping(time={"zone": "Europe/Lisbon"}))[0][0].values
    assert (assumed["is_zone_assumed"], assumed["started_at"].hour) == (True, 10)
    assert (told["is_zone_assumed"], told["started_at"].hour) == (False, 9)


def test_cp1252_is_read_only_where_the_mapping_says_so(tmp_path: Path) -> None:
    data = csv_bytes(thread("t", "café", "naïve €"), "cp1252", delimiter=";", quotechar="'", lineterminator="\n")
    form = {"delimiter": ";", "quote": "'"}
    made, report = read_table(tmp_path, data, mapping(encoding="cp1252", **form))
    assert (said(made), report.repaired_count) == ([("ua", ["café", "naïve €"])], 0)
    made, report = read_table(tmp_path, data, mapping(**form))
    assert (said(made), report.repaired_count) == ([("ua", ["caf\ufffd", "na\ufffdve \ufffd"])], 1)
    made, report = read_table(tmp_path, data.replace(b"caf\xe9", b"caf\x81"), mapping(encoding="cp1252", **form))
    assert (made[0].transcript.texts()[0], report.repaired_count) == ("caf\ufffd", 1)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_goes_before_the_mapping(tmp_path: Path, encoding: str) -> None:
    data = csv_bytes(thread("t", "café", "naïve"), encoding)
    for said_encoding in ("utf-8", "cp1252", "utf-8-sig"):
        made, _ = read_table(tmp_path, data, mapping(encoding=said_encoding))
        assert said(made) == [("ua", ["café", "naïve"])]


@pytest.mark.parametrize("name", WRITERS)
def test_a_missing_column_stops_before_the_first_row_and_shows_the_columns(tmp_path: Path, name: str) -> None:
    rows = [row | {"a@b.c": 1, "Sent At": 2} for row in DESK]
    made, report = read_table(tmp_path, WRITERS[name](rows), mapping(columns={"order": "number"}), name)
    assert (made, report.reason, report.record_count) == ([], RejectReason.MAPPING_COLUMN, 0)
    assert report.error == (
        "Column 'number' (order of the mapping) is not in the file. Columns are: thread, agent, sent_at, who, body, "
        f"Sent At and 1 others. [mapping_column] ({name})"
    )
    assert report.rejections[0]["detail"] == "records=0"


def test_a_file_without_a_header_shows_nothing_of_its_first_row(tmp_path: Path) -> None:
    data = csv_bytes([{"Anna": "t", "PRIVATE": "x", "hello": "y"}])
    _, report = read_table(tmp_path, data, mapping())
    assert report.reason is RejectReason.MAPPING_COLUMN
    assert "is the first line the header" in report.error
    assert "Anna" not in report.error
    assert "PRIVATE" not in report.error


def test_documents_may_leave_out_what_is_empty_and_a_column_that_no_row_has_is_told(tmp_path: Path) -> None:
    rows = [*DESK, message("t2", 6, "bot", "Because.", model="m1")]
    made, report = read_table(tmp_path, jsonl_bytes(rows), mapping(columns={"model": "model", "deleted": "gone"}))
    assert made[1].values["model"] == "m1"
    assert report.skipped == {"no_row_has_deleted": 1}
    strict = read_table(tmp_path, csv_bytes(rows), mapping(columns={"model": "model", "deleted": "gone"}))[1]
    assert strict.reason is RejectReason.MAPPING_COLUMN


@pytest.mark.parametrize(
    ("data", "told", "reason"),
    [
        (b"", {}, RejectReason.EMPTY_FILE),
        (csv_bytes(DESK).split(b"t1")[0], {}, RejectReason.EMPTY_FILE),  # a header alone
        (csv_bytes(DESK), {"format": "jsonl"}, RejectReason.BAD_TABLE),
        (parquet_bytes(DESK), {"format": "csv"}, RejectReason.BAD_TABLE),
        (parquet_bytes(DESK)[:-40], {}, RejectReason.BAD_TABLE),
        (b"thread,thread\n1,2\n", {}, RejectReason.BAD_TABLE),
        (csv_bytes([message("t", 0, "bot", "x")]), {}, RejectReason.NO_CONVERSATIONS),
        (csv_bytes(DESK) + b"x\n" * 30, {}, RejectReason.MOSTLY_MALFORMED),
    ],
)
def test_a_file_that_is_not_the_table_ends_with_a_reason(
    tmp_path: Path, data: bytes, told: dict[str, Any], reason: RejectReason
) -> None:
    _, report = read_table(tmp_path, data, mapping(**told))
    assert report.reason is reason
    assert (report.status is FileStatus.READ) is (reason is RejectReason.EMPTY_FILE)


def test_a_row_longer_than_the_sample_is_still_the_table(tmp_path: Path) -> None:
    rows = thread("t", "word " * 1_000_000, "ok")
    for writer in (csv_bytes, jsonl_bytes):
        made, _ = read_table(tmp_path, writer(rows), mapping())
        assert made[0].values["text_char_count"] == 5_000_002


def test_a_conversation_over_the_limit_costs_itself_alone(tmp_path: Path) -> None:
    rows = [*thread("big", *["word " * 100] * 30), *thread("small", "a", "b")]
    random.Random(5).shuffle(rows)
    made, report = read_table(tmp_path, csv_bytes(rows), mapping(), max_record_bytes=5000)
    assert said(made) == [("ua", ["a", "b"])]
    assert [reason for reason, _ in rejected(report)] == ["record_too_large"]


def test_many_rows_are_grouped_in_several_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "BATCH_ROWS", 7)
    monkeypatch.setattr(grouping, "ROWS_AT_ONCE", 11)
    rows = [row for n in range(40) for row in thread(f"t{n}", f"q{n}", f"a{n}")]
    random.Random(3).shuffle(rows)
    made, _ = read_table(tmp_path, csv_bytes(rows), mapping())
    assert sorted(said(made)) == sorted(("ua", [f"q{n}", f"a{n}"]) for n in range(40))
    records = [row.values["source_record"] for row in made]
    assert records == sorted(records)


# one row a conversation

TURNS = [
    {"role": "user", "content": "Ask"},
    {"role": "tool", "content": "PRIVATE"},
    {"role": "assistant", "content": "A"},
]
WHOLE = by_conversation({"conversation_id": "id", "messages": "log.turns", "time": "at", "user_id": "who"})


@pytest.mark.parametrize("turns", [TURNS, {"messages": TURNS}, json.dumps(TURNS), json.dumps({"messages": TURNS})])
def test_a_row_may_be_a_conversation_with_its_messages_in_one_column(tmp_path: Path, turns: Any) -> None:
    row = {"id": 5, "who": "u", "at": "2026-01-05T09:00:00Z", "log": {"turns": turns}}
    for writer in (jsonl_bytes, parquet_bytes):
        made, report = read_table(tmp_path, writer([row]), WHOLE)
        assert said(made) == [("ua", ["Ask", "A"])]
        assert (made[0].values["tool_event_count"], made[0].values["started_at"]) == (1, START)
        assert report.derived_id_count == 0


def test_a_row_without_readable_messages_is_rejected(tmp_path: Path) -> None:
    good = {"id": 1, "at": "2026-01-05", "log": {"turns": TURNS}, "gone": None, "who": "u"}
    odd: list[Any] = [
        good | {"log": {"turns": "[PRIVATE"}},
        good | {"log": {"turns": " "}},
        good | {"log": {"turns": 3}},
        good | {"log": {"turns": [{"role": "narrator", "content": "PRIVATE"}]}},
        good | {"log": {"turns": TURNS[1:]}},
        good | {"at": "never"},
        good | {"gone": True},
        "PRIVATE",
    ]
    told = by_conversation({**WHOLE.columns, "deleted": "gone"})
    made, report = read_table(tmp_path, jsonl_bytes([good, *odd]), told)
    assert len(made) == 1
    assert [reason for reason, _ in rejected(report)] == [
        "malformed_json", "empty_conversation", "empty_conversation", "unknown_role", "empty_conversation",
        "time_out_of_range", "deleted", "empty_conversation",
    ]  # fmt: skip
    assert [place for _, place in rejected(report)] == list(range(2, 10))
    assert "PRIVATE" not in " ".join(report.sentences()) + str(report.rejections)


def test_a_table_of_conversations_without_ids_or_times(tmp_path: Path) -> None:
    data = csv_bytes([{"log": json.dumps(TURNS)}])
    _, report = read_table(tmp_path, data, by_conversation({"messages": "log"}))
    assert report.reason is RejectReason.NO_TIME_IN_FORMAT
    assert "mapped_table has no times" in report.error
    timed = [turn | {"timestamp": "2026-01-05T10:00:00Z"} for turn in TURNS]
    made, report = read_table(tmp_path, csv_bytes([{"log": json.dumps(timed)}]), by_conversation({"messages": "log"}))
    assert (len(made), report.derived_id_count) == (1, 1)
    columns = {"conversation_id": "thread", "role": "who", "text": "body"}
    _, report = read_table(tmp_path, csv_bytes(DESK), replace(mapping(), columns=columns))
    assert report.reason is RejectReason.NO_TIME_IN_FORMAT


# files that grow


def read_desk(lake: Lake, path: Path, told: Any) -> Any:
    return read_logs(lake, Source("desk", str(path), mapping=told))


def winners(lake: Lake) -> dict[str, tuple[int, str]]:
    with closing(WinnerStore(lake.database_path("versions"))) as store:
        found = [one for week in store.weeks() for one in store.of_week(week)]
    return {one.conversation_id: (one.message_count, one.content_hash) for one in found}


def test_a_table_that_grew_adds_and_one_that_shrank_takes_nothing_away(lake: Lake, logs: Path) -> None:
    path = logs / "desk.csv"
    path.write_bytes(csv_bytes(DESK))
    assert read_desk(lake, path, mapping()).touched_weeks == [date(2026, 1, 5)]
    assert read_desk(lake, path, mapping()).unchanged_count == 1
    path.write_bytes(csv_bytes([*DESK, message("t2", 9, "bot", "Because."), *thread("t9", "New.")]))
    grown = read_desk(lake, path, mapping())
    assert (grown.reports[0].duplicate_count, grown.reports[0].superseded_count) == (1, 1)
    assert sorted(count for count, _ in winners(lake).values()) == [1, 2, 2]
    before = winners(lake)
    path.write_bytes(csv_bytes(DESK[:1]))
    read_desk(lake, path, mapping())
    assert winners(lake) == before
    assert not list(lake.root.glob(f"{SCRATCH}*"))


def test_another_mapping_reads_the_file_again(lake: Lake, logs: Path) -> None:
    path = logs / "desk.csv"
    path.write_bytes(csv_bytes([*DESK, message("t1", 9, "night shift", "Also this.")]))
    read_desk(lake, path, mapping())
    assert len(lake.read(CONVERSATIONS_REJECTED)) == 1
    wider = mapping(roles={"user": ["agent", "night shift"], "assistant": ["bot"]})
    read_desk(lake, path, wider)
    assert lake.read(CONVERSATIONS_REJECTED).empty
    assert sorted(count for count, _ in winners(lake).values()) == [1, 3]
    assert list(lake.read(RAW_LOGS)["rejected_count"]) in ([1, 0], [0, 1])


def test_what_a_killed_reading_set_aside_is_gone_after_the_next(lake: Lake, logs: Path) -> None:
    left = lake.scratch_folder("grouping.killed")
    (left / "part").write_text("PRIVATE")
    (logs / "desk.csv").write_bytes(csv_bytes(DESK))
    read_desk(lake, logs / "desk.csv", mapping())
    assert not left.exists()


# whatever the rows

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
row_cells = st.fixed_dictionaries(
    {
        "thread": st.sampled_from(["a", "b", "c", ""]),
        "who": st.sampled_from(["agent", "bot", "system", "stranger"]),
        "body": texts,
    }
)


@given(rows=st.lists(row_cells, min_size=1, max_size=14), seed=st.randoms(use_true_random=False))
def test_rows_in_any_order_give_the_same_conversations_and_every_row_is_told(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Cells], seed: random.Random
) -> None:
    folder = tmp_path_factory.mktemp("any")
    table = [row | message(row["thread"], n, row["who"], row["body"], n=n) for n, row in enumerate(rows)]
    told = mapping(columns={"order": "n"})
    first, first_report = read_table(folder, jsonl_bytes(table), told)
    seed.shuffle(table)
    second, second_report = read_table(folder, jsonl_bytes(table), told)
    assert {row.values["conversation_id"]: said([row]) for row in first} == {
        row.values["conversation_id"]: said([row]) for row in second
    }
    assert first_report.reasons == second_report.reasons
    usable = Counter(row["thread"] for row in rows if row["thread"] and row["who"] != "stranger")
    unknown = sum(row["who"] == "stranger" and row["thread"] != "" for row in rows)
    reasons = first_report.reasons
    assert first_report.record_count == len(rows)
    assert (reasons[RejectReason.UNKNOWN_ROLE], reasons[RejectReason.MALFORMED_ROW]) == (
        unknown,
        sum(row["thread"] == "" for row in rows),
    )
    assert len(first) + reasons[RejectReason.EMPTY_CONVERSATION] == len(usable)
    for row in first:
        kept = row.values["message_count"] + row.values["dropped_message_count"]
        assert kept in usable.values()


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from(["thread", "agent", "sent_at", "who", "body", "id", "above", "gone", "n", "log"])


@given(
    rows=st.lists(st.dictionaries(names, anything | st.sampled_from(["agent", "bot", "t"]), max_size=10), max_size=8)
)
def test_cells_of_any_kind_give_conversations_or_rejections(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Cells]
) -> None:
    folder = tmp_path_factory.mktemp("kinds")
    data = jsonl_bytes([*rows, *DESK])
    for told in (
        mapping(columns={"message_id": "id", "parent_id": "above", "deleted": "gone"}),
        mapping(columns={"order": "body"}),
        by_conversation({"messages": "body", "conversation_id": "thread", "time": "sent_at", "deleted": "gone"}),
    ):
        _, report = read_table(folder, data, told)
        assert report.record_count in {0, len(rows) + 3}


def test_times_of_typed_columns_need_no_format(tmp_path: Path) -> None:
    moments = pa.array([START, START], pa.timestamp("ns", "UTC"))
    table = pa.table({"thread": ["t", "t"], "agent": ["u", None], "who": ["agent", "bot"], "body": ["a", "b"]})
    rows = table.append_column("sent_at", moments)
    sink = pa.BufferOutputStream()
    pq.write_table(rows, sink)
    made, _ = read_table(tmp_path, sink.getvalue().to_pybytes(), mapping(time={"format": "epoch_ms"}))
    assert made[0].values["started_at"] == START
