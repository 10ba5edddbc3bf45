"""Observations of Langfuse become conversations: one exchange a trace, joined, in any order and kind of file."""

import gzip
import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from api_logs import turns
from gateway_logs import answered, observation, write_as
from hypothesis import given
from hypothesis import strategies as st
from reading_home import read_logs

from economic_index.contracts.lake import CONVERSATIONS_REJECTED, RAW_LOGS
from economic_index.conversations.readers import langfuse
from economic_index.conversations.readers.langfuse import READER
from economic_index.conversations.readers.registry import READERS
from economic_index.conversations.records import Draft, Element, Locator, ReadContext, Rejected
from economic_index.conversations.sources import Source, SourcesError
from economic_index.conversations.sources_edits import entry_text
from economic_index.conversations.sources_toml import parse_source
from economic_index.lake import Lake
from economic_index.vocabulary import FileStatus, LocatorKind, RejectReason, SourceFormat

AS_OF = datetime(2026, 9, 1, tzinfo=UTC)
SPAN = observation(0, "", "", type="SPAN", trace_id="t1")
AGENT = [
    observation(1, turns("one"), "thinking aloud", trace_id="t1", id="o1"),
    observation(2, [*turns("one"), {"role": "assistant", "tool_calls": [{}]}, {"role": "tool"}], "two", trace_id="t1"),
    observation(3, turns("Give this chat a title."), "A title", trace_id="t1"),
]
LATER = observation(9, turns("one", "two", "three"), "four")
KINDS = ["jsonl", "json", "csv", "parquet"]


def read(*records: Any, context: ReadContext | None = None) -> list[Draft | Rejected]:
    elements = (Element(record, Locator(LocatorKind.ROW, row)) for row, record in enumerate(records, 1))
    return list(READER.read(elements, context or ReadContext(AS_OF)))


def read_one(*records: Any) -> Draft:
    (draft,) = read(*records)
    assert isinstance(draft, Draft), draft
    return draft


def texts(draft: Draft | Rejected) -> list[str]:
    assert isinstance(draft, Draft)
    return [message.text for message in draft.messages]


def source(logs: Path, **settings: Any) -> Source:
    return Source(name="traces", path=str(logs), **settings)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_export_gives_the_same(lake: Lake, logs: Path, kind: str) -> None:
    write_as(logs, kind, [SPAN, *AGENT, LATER, observation(4, "What is it?", "A cat.", user_id="u2")])
    (report,) = read_logs(lake, source(logs)).reports
    assert report.source_format is SourceFormat.LANGFUSE
    assert (report.record_count, report.conversation_count, report.reasons) == (6, 2, {})
    assert report.skipped == {"observation_span": 1, "generation_of_the_same_trace": 2}


def test_no_other_reader_takes_its_rows() -> None:
    for rows in ([SPAN, *AGENT], [{"traceId": "t", "startTime": "2026-01-05", "type": "SPAN", "messages": []}]):
        assert [reader.format for reader in READERS if reader.sniff(rows)] == [SourceFormat.LANGFUSE]


@pytest.mark.parametrize("seed", range(6))
def test_of_a_trace_the_longest_exchange_counts_wherever_its_rows_stand(seed: int) -> None:
    rows = [SPAN, *AGENT, LATER]
    random.Random(seed).shuffle(rows)
    draft = read_one(*rows)
    assert texts(draft) == ["one", "two", "three", "four"]
    assert draft.created_at == datetime(2026, 1, 5, 8, 1, tzinfo=UTC)
    assert (draft.raw_user_id, draft.model_raw) == ("u9", "gpt-x")
    assert draft.flags == {"is_sessionised"}


def test_a_session_joins_traces_and_a_trace_alone_names_its_conversation() -> None:
    rows = [observation(n, turns(text), "ok", session_id="s9") for n, text in enumerate(("one", "two"))]
    assert texts(read_one(*rows)) == ["one", "ok", "two", "ok"]
    assert read_one(observation(1, turns("one"), "two")).native_id == "u9\x1ft1"


def test_traces_of_two_people_stay_apart() -> None:
    assert len(read(*AGENT, LATER | {"user_id": "u2"})) == 2


@pytest.mark.parametrize(
    "given",
    [
        "Check it.",
        json.dumps([{"role": "user", "content": "Check it."}]),
        [{"role": "user", "content": [{"type": "text", "text": "Check it."}]}],
        {"messages": turns("Check it."), "tools": []},
        {"body": {"messages": turns("Check it.")}},
        {"input": "Check it."},
        {"role": "user", "content": "Check it."},
        [[{"role": "user", "content": "Check it."}]],
        {"system": "Be brief.", "messages": [{"role": "user", "content": [{"type": "text", "text": "Check it."}]}]},
    ],
)
def test_what_was_asked_is_read_in_every_dialect(given: Any) -> None:
    assert texts(read_one(observation(0, "", "It is right.") | {"input": given})) == ["Check it.", "It is right."]


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("It is right.", "It is right."),
        ({"role": "assistant", "content": "It is right."}, "It is right."),
        (json.dumps({"role": "assistant", "content": "It is right."}), "It is right."),
        (answered("It is right."), "It is right."),
        ([{"role": "assistant", "content": "It is right."}], "It is right."),
        ('{"right": true}', '{"right": true}'),
        ({"right": True}, '{"right": true}'),
        ("[1, 2]", "[1, 2]"),
    ],
)
def test_what_was_answered_is_read_in_every_dialect(output: Any, said: str) -> None:
    assert texts(read_one(observation(0, "q", "") | {"output": output})) == ["q", said]


def test_words_that_are_json_by_chance_are_words() -> None:
    assert texts(read_one(observation(0, "[1, 2, 3]", "ok"))) == ["[1, 2, 3]", "ok"]


def test_rows_of_traces_say_whose_the_observations_are() -> None:
    legacy = observation(1, "q", "a") | {"user_id": None}
    trace = {"id": "t1", "timestamp": "2026-01-05 08:00:00", "user_id": "u5", "session_id": "s5", "input": "q"}
    for rows in ([legacy, trace], [trace, legacy]):
        draft = read_one(*rows)
        assert (draft.raw_user_id, draft.native_id) == ("u5", "u5\x1fs5")


def test_keys_of_the_api_are_known_too() -> None:
    row = {
        "id": "o",
        "traceId": "t",
        "type": "GENERATION",
        "startTime": "2026-01-05T08:00:00Z",
        "userId": "u",
        "model": "m",
        "input": {"messages": turns("q")},
        "output": "a",
    }
    draft = read_one(row)
    assert (draft.raw_user_id, draft.model_raw, texts(draft)) == ("u", "m", ["q", "a"])


def test_environments_that_are_not_wanted_are_counted(lake: Lake, logs: Path) -> None:
    rows = [
        observation(0, "q0", "a", environment="production"),
        observation(1, "q1", "a", environment="staging"),
        observation(2, "q2", "a", environment="langfuse-llm-as-a-judge"),
        observation(3, "q3", "a", environment=None),
    ]
    assert [texts(draft)[0] for draft in read(*rows)] == ["q0", "q1", "q3"]
    write_as(logs, "csv", rows)
    (report,) = read_logs(lake, source(logs, environments=("production",))).reports
    assert (report.conversation_count, report.skipped["other_environment"]) == (1, 3)


def test_environments_are_a_list_of_names() -> None:
    entry = {"name": "a", "path": "b", "environments": ["production"]}
    assert parse_source(entry, "x").environments == ("production",)
    assert 'environments = ["production"]' in entry_text(parse_source(entry, "x"))
    for wrong in ("production", [""], [1]):
        with pytest.raises(SourcesError, match="environments"):
            parse_source(entry | {"environments": wrong}, "x")


def test_traces_that_are_held_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(langfuse, "MAX_HELD_BYTES", 2000)
    rows = [observation(n, turns(f"q{n}"), "a", user_id=f"u{n}") for n in range(50)]
    assert sorted(texts(draft)[0] for draft in read(*rows)) == sorted(f"q{n}" for n in range(50))
    # one that is let go early and comes again is still one conversation
    again = [*rows, observation(51, turns("q0", "a", "more"), "b", trace_id="t0", user_id="u0")]
    assert ["q0", "a", "more", "b"] in [texts(draft) for draft in read(*again)]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (7, RejectReason.UNSUPPORTED_BODY),
        (observation(0, "", "a"), RejectReason.TEXT_NOT_LOGGED),
        (observation(0, "", "a") | {"input": None}, RejectReason.TEXT_NOT_LOGGED),
        (observation(0, '{"question": "x"}', "a"), RejectReason.UNSUPPORTED_BODY),
        (observation(0, [{"role": "system", "content": "x"}], "a"), RejectReason.EMPTY_CONVERSATION),
        (observation(0, "q", 'data: {"choices": []}\n\n'), RejectReason.STREAMED_CHUNKS_NOT_ASSEMBLED),
    ],
)
def test_what_cannot_be_read_says_why(row: Any, reason: RejectReason) -> None:
    (rejected,) = read(row)
    assert isinstance(rejected, Rejected)
    assert rejected.reason is reason


def test_an_export_without_texts_names_what_is_missing(lake: Lake, logs: Path) -> None:
    rows = [{key: value for key, value in observation(n, "", "").items() if key != "input"} for n in range(3)]
    write_as(logs, "jsonl", rows)
    reading = read_logs(lake, source(logs))
    assert (reading.reports[0].status, reading.reports[0].reason) == (FileStatus.STOPPED, RejectReason.TEXT_NOT_LOGGED)
    assert "the field group io" in reading.summary


def test_a_packed_export_and_the_next_one_are_joined(lake: Lake, logs: Path) -> None:
    (logs / "0.jsonl.gz").write_bytes(gzip.compress(write_as(logs, "jsonl", [SPAN, *AGENT]).read_bytes()))
    (logs / "dump.jsonl").unlink()
    read_logs(lake, source(logs))
    write_as(logs, "parquet", [LATER])
    (report,) = read_logs(lake, source(logs)).reports
    assert (report.conversation_count, report.superseded_count) == (1, 1)


def test_raw_names_are_nowhere(lake: Lake, logs: Path) -> None:
    rows = [observation(1, "q", "a", user_id="person-secret", session_id="session-secret", metadata="secret"), SPAN]
    write_as(logs, "jsonl", [*rows, observation(2, [{"role": "x-secret"}], "a")])
    reading = read_logs(lake, source(logs))
    notes = reading.summary + lake.read(CONVERSATIONS_REJECTED).to_csv() + lake.read(RAW_LOGS).to_csv()
    held = b"".join(path.read_bytes() for path in lake.root.rglob("*") if path.is_file())
    assert "secret" not in notes
    assert b"secret" not in held


WORDS = st.sampled_from([*READER.columns, "role", "content", "messages", "body", "choices", "message"])
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
VALUES = st.sampled_from(["user", "GENERATION", "SPAN", "{}", '[{"role": "user", "content": "a"}]', "langfuse-x"])
JSON = st.recursive(
    LEAVES | VALUES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=3), inner, max_size=6),
    max_leaves=30,
)
ROWS = st.fixed_dictionaries(
    {
        "trace_id": st.sampled_from(["t1", "t2"]) | JSON,
        "type": st.just("GENERATION") | JSON,
        "start_time": st.sampled_from(["2026-01-05 08:00:00", "2026-01-09 08:00:00"]) | JSON,
        "input": st.lists(st.fixed_dictionaries({"role": VALUES, "content": JSON}), max_size=3) | JSON,
    },
    optional={"output": JSON, "session_id": JSON, "user_id": JSON, "environment": JSON, "id": JSON},
)


@given(st.lists(JSON | ROWS, max_size=6))
def test_arbitrary_json_gives_drafts_or_rejections_and_every_row_is_told(records: list[Any]) -> None:
    READER.sniff(records)
    context = ReadContext(AS_OF)
    items = read(*records, context=context)
    assert all(isinstance(item, Draft | Rejected) for item in items)
    skipped = sum(
        count
        for name, count in context.skipped.items()
        if name.startswith(
            ("observation_", "other_environment", "other_observation", "row_of_a_trace", "generation_of")
        )
    )
    rejected = sum(isinstance(item, Rejected) for item in items)
    drafts = len(items) - rejected
    assert drafts <= len(records) - skipped - rejected
    assert bool(drafts) == (len(records) > skipped + rejected)
