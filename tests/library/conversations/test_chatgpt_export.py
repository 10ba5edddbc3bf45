"""Of a ChatGPT export the current path is read: nothing hidden, nothing abandoned, whatever the pointers do."""

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from economic_index.conversations.file_report import FileReport
from economic_index.conversations.readers.chatgpt_export import READER
from economic_index.conversations.records import Draft, Element, Locator, ReadContext, Rejected
from economic_index.conversations.run_context import RunContext
from economic_index.conversations.sniff import choose_reader
from economic_index.conversations.sources import Source
from economic_index.conversations.stream_reading import FileRows
from economic_index.vocabulary import LocatorKind, RejectReason, Role

AS_OF = datetime(2026, 9, 1, tzinfo=UTC)
START = 1767604500


def node(key: str, parent: str | None, role: str, *parts: Any, **message: Any) -> tuple[str, dict[str, Any]]:
    """A node of a slim export; `message` adds to the message or replaces its keys."""
    content = {"content_type": "text", "parts": list(parts)}
    return key, {"id": key, "parent": parent, "message": {"author": {"role": role}, "content": content, **message}}


def chat(*nodes: tuple[str, dict[str, Any]], leaf: str | None = None, **keys: Any) -> dict[str, Any]:
    """A conversation whose current node is the last one unless said otherwise."""
    mapping: dict[str, Any] = {"r": {"id": "r", "message": None, "parent": None}, **dict(nodes)}
    current = leaf if leaf is not None else nodes[-1][0]
    return {"conversation_id": "c1", "create_time": START, "current_node": current, "mapping": mapping, **keys}


def read(record: Any, context: ReadContext | None = None, is_repaired: bool = False) -> Draft | Rejected:
    element = Element(record, Locator(LocatorKind.ELEMENT, 1), is_repaired)
    (item,) = READER.read(iter([element]), context or ReadContext(AS_OF))
    return item


def draft_of(record: Any, context: ReadContext | None = None) -> Draft:
    item = read(record, context)
    assert isinstance(item, Draft)
    return item


def texts(draft: Draft) -> list[str]:
    return [message.text for message in draft.messages]


ASKED = node("q", "r", "user", "Rename the columns.")


def test_of_a_slim_export_the_current_path_is_read() -> None:
    draft = draft_of(
        chat(
            ASKED,
            node("old", "q", "assistant", "an abandoned answer", metadata={"model_slug": "gpt-5"}),
            node("new", "q", "assistant", "Done.", create_time=START + 5.5, metadata={"model_slug": "gpt-5-mini"}),
            default_model_slug="gpt-5",
            update_time=str(START + 90),
        )
    )
    assert [(message.role, message.text) for message in draft.messages] == [
        (Role.USER, "Rename the columns."),
        (Role.ASSISTANT, "Done."),
    ]
    assert (draft.native_id, draft.is_native_id_random, draft.raw_user_id) == ("c1", True, None)
    assert draft.created_at == datetime(2026, 1, 5, 9, 15, tzinfo=UTC)
    assert draft.updated_at == datetime(2026, 1, 5, 9, 16, 30, tzinfo=UTC)
    assert draft.messages[1].sent_at == datetime(2026, 1, 5, 9, 15, 5, 500000, tzinfo=UTC)
    assert (draft.model_raw, draft.messages[1].model, draft.product) == ("gpt-5-mini", "gpt-5-mini", "chatgpt")
    assert draft.counts["branch_count"] == 1


HIDDEN = [
    {"weight": 0},
    {"weight": 0.0},
    {"metadata": {"is_visually_hidden_from_conversation": True}},
    {"metadata": {"is_user_system_message": True}},
    {"author": {"role": "system"}},
    {"content": {"content_type": "user_editable_context", "user_profile": "SECRET", "user_instructions": "SECRET"}},
    {"content": {"content_type": "model_editable_context", "model_set_context": "SECRET"}},
]
TOOLS: list[dict[str, Any]] = [
    {"author": {"role": "tool", "name": "web"}},
    {"author": {"role": "assistant"}, "recipient": "python"},
    *(
        {"author": {"role": "assistant"}, "content": {"content_type": kind, "text": "SECRET", "result": "SECRET"}}
        for kind in ("code", "execution_output", "computer_output", "citable_code_output", "system_error")
    ),
    *(
        {"author": {"role": "assistant"}, "content": {"content_type": kind, "text": "SECRET", "result": "SECRET"}}
        for kind in ("tether_browsing_display", "tether_quote", "sonic_webpage")
    ),
]
REASONING = [
    {"author": {"role": "assistant"}, "content": {"content_type": "thoughts", "thoughts": [{"content": "SECRET"}]}},
    {"author": {"role": "assistant"}, "content": {"content_type": "reasoning_recap", "content": "SECRET"}},
]


@pytest.mark.parametrize(
    ("message", "count"),
    [
        *((message, "dropped_message_count") for message in HIDDEN),
        *((message, "tool_event_count") for message in TOOLS),
        *((message, "reasoning_count") for message in REASONING),
    ],
)
def test_what_nobody_said_is_counted_and_does_not_cut_the_path(message: dict[str, Any], count: str) -> None:
    draft = draft_of(chat(ASKED, node("x", "q", "user", "SECRET", **message), node("a", "x", "assistant", "Done.")))
    assert texts(draft) == ["Rename the columns.", "Done."]
    assert "SECRET" not in repr(draft)
    counted = {name: value for name, value in draft.counts.items() if value}
    assert counted == {count: 1}


def test_an_unknown_kind_and_an_unknown_role_are_skipped_and_counted() -> None:
    context = ReadContext(AS_OF)
    strange = {"content_type": "hologram", "parts": ["SECRET"]}
    draft = draft_of(
        chat(ASKED, node("x", "q", "assistant", content=strange), node("y", "x", "moderator", "SECRET")), context
    )
    assert texts(draft) == ["Rename the columns."]
    assert draft.counts["dropped_message_count"] == 2
    assert context.skipped == {"unknown_content": 1, "unknown_role": 1}


def test_spoken_words_and_images_of_a_multimodal_message() -> None:
    parts = [
        {"content_type": "image_asset_pointer", "asset_pointer": "SECRET"},
        {"content_type": "audio_transcription", "text": "What is this?"},
        {"content_type": "real_time_user_audio_video_asset_pointer", "audio_asset_pointer": {"x": "SECRET"}},
        "Answer briefly.",
        "",
        None,
    ]
    draft = draft_of(chat(node("q", "r", "user", content={"content_type": "multimodal_text", "parts": parts})))
    assert texts(draft) == ["What is this?\nAnswer briefly."]
    assert (draft.counts["attachment_count"], draft.messages[0].has_attachment) == (2, True)
    assert "SECRET" not in repr(draft)


def test_an_upload_counts_once_and_carries_a_message_without_text() -> None:
    metadata = {"attachments": [{"name": "SECRET.pdf"}, {"name": "SECRET.png"}]}
    image = {"content_type": "image_asset_pointer"}
    draft = draft_of(
        chat(node("q", "r", "user", content={"content_type": "multimodal_text", "parts": [image]}, metadata=metadata))
    )
    assert draft.counts["attachment_count"] == 2
    assert draft.messages[0].has_attachment
    assert "SECRET" not in repr(draft)


def test_inline_citations_are_taken_out() -> None:
    text = "Wages rose\ue200cite\ue202turn0search1\ue202turn0news4\ue201 by 3 %.\ue200cite\ue202turn1\ue201 \ue123"
    assert texts(draft_of(chat(ASKED, node("a", "q", "assistant", text))))[1] == "Wages rose by 3 %. \ue123"


@pytest.mark.parametrize(
    ("gizmo_id", "product"),
    [("g-abc", "chatgpt_custom_gpt"), ("g-p-abc", "chatgpt"), (None, "chatgpt"), (7, "chatgpt")],
)
def test_a_custom_gpt_is_a_product_and_a_project_is_not(gizmo_id: Any, product: str) -> None:
    assert draft_of(chat(ASKED, gizmo_id=gizmo_id)).product == product


def test_auto_is_no_model() -> None:
    answer = node("a", "q", "assistant", "Done.", metadata={"model_slug": "auto"})
    draft = draft_of(chat(ASKED, answer, default_model_slug="auto"))
    assert (draft.model_raw, draft.messages[1].model) == (None, None)
    assert draft_of(chat(ASKED, answer, default_model_slug="gpt-5")).model_raw == "gpt-5"


@pytest.mark.parametrize("leaf", ["gone", "", 12, {}])
def test_without_a_known_leaf_the_newest_is_taken_and_counted(leaf: Any) -> None:
    context = ReadContext(AS_OF)
    newest = node("b", "q", "assistant", "newest", create_time=START + 9)
    older = node("a", "q", "assistant", "older", create_time=START + 5)
    draft = draft_of(chat(ASKED, newest, older, leaf=leaf), context)
    assert texts(draft) == ["Rename the columns.", "newest"]
    assert context.skipped == {"tree_repaired": 1}


@pytest.mark.parametrize("leaf", ["a", "gone"])
def test_a_cycle_ends_the_walk(leaf: str) -> None:
    context = ReadContext(AS_OF)
    draft = draft_of(
        chat(node("q", "a", "user", "one"), node("a", "q", "assistant", "two", create_time=START), leaf=leaf), context
    )
    assert texts(draft) == ["one", "two"]
    assert context.skipped == {"tree_repaired": 1}


def test_a_parent_that_is_not_there_makes_a_partial_conversation() -> None:
    context = ReadContext(AS_OF)
    draft = draft_of(chat(node("q", "gone", "user", "one"), node("a", "q", "assistant", "two")), context)
    assert (texts(draft), draft.flags, context.skipped) == (["one", "two"], {"is_partial"}, {"tree_repaired": 1})


def test_retries_of_a_tool_are_no_branches() -> None:
    tool = node("t", "q", "tool", "found")
    draft = draft_of(chat(ASKED, tool, node("x", "t", "assistant", "no"), node("a", "t", "assistant", "yes")))
    assert (texts(draft)[1], draft.counts["branch_count"]) == ("yes", 0)


def test_a_chain_of_ten_thousand_messages_is_walked() -> None:
    nodes = [node(str(n), str(n - 1) if n else "r", ("user", "assistant")[n % 2], f"t{n}") for n in range(10_000)]
    assert texts(draft_of(chat(*nodes))) == [f"t{n}" for n in range(10_000)]


@pytest.mark.parametrize("created", [None, 0, True, "soon", 1.0, float("nan"), "1e99999999"])
def test_without_a_time_of_its_own_the_earliest_of_the_whole_tree_counts(created: Any) -> None:
    early = node("old", "q", "assistant", "abandoned", create_time=START - 60)
    answer = node("a", "q", "assistant", "Done.", create_time=START)
    draft = draft_of(chat(ASKED, early, answer, create_time=created))
    assert draft.created_at is None
    assert draft.earliest_message_at == datetime(2026, 1, 5, 9, 14, tzinfo=UTC)


def test_an_absurd_time_is_told_from_none() -> None:
    assert draft_of(chat(ASKED, create_time=1.0)).flags == {"time_out_of_range"}
    assert draft_of(chat(ASKED, create_time=None)).flags == set()


def test_the_account_of_the_archive_is_the_user() -> None:
    assert draft_of(chat(ASKED), ReadContext(AS_OF, {"account_id": "user-7"})).raw_user_id == "user-7"


@pytest.mark.parametrize(
    "record",
    [
        {"conversation_id": "c1", "create_time": START, "title": "SECRET"},
        {"conversation_id": "c1", "mapping": {}},
        {"conversation_id": "c1", "mapping": []},
        {"conversation_id": "c1", "mapping": {"SECRET": "SECRET"}},
        chat(node("a", "r", "assistant", "SECRET")),
        chat(node("q", "r", "user", " ", "")),
        chat(node("q", "r", "user", content=None)),
        {"conversation_id": "c1", "current_node": "r", "mapping": {"r": {"parent": None, "message": None}}},
    ],
)
def test_where_no_person_speaks_there_is_no_conversation(record: dict[str, Any]) -> None:
    item = read(record)
    assert isinstance(item, Rejected)
    assert (item.reason, item.native_id) == (RejectReason.EMPTY_CONVERSATION, "c1")
    assert "SECRET" not in item.detail


def test_only_unknown_roles_are_told_as_such() -> None:
    item = read(chat(node("q", "r", "moderator", "SECRET")))
    assert isinstance(item, Rejected)
    assert item.reason is RejectReason.UNKNOWN_ROLE


def test_repaired_text_is_flagged_and_rejections_pass() -> None:
    repaired = read(chat(ASKED), is_repaired=True)
    assert isinstance(repaired, Draft)
    assert repaired.flags == {"is_text_repaired"}
    rejected = Rejected(RejectReason.MALFORMED_JSON, Locator(LocatorKind.ELEMENT, 4))
    assert list(READER.read(iter([rejected]), ReadContext(AS_OF))) == [rejected]


def test_the_format_is_told_by_structure_behind_a_shell() -> None:
    assert choose_reader([{"conversation_id": "c0", "create_time": START}, chat(ASKED)], "x.json") is READER
    assert not READER.sniff([{"mapping": [], "create_time": 1}, {"mapping": {}}, 5, None])


KEYS = [
    *("mapping", "current_node", "create_time", "update_time", "id", "conversation_id", "message", "parent", "author"),
    *("role", "content", "content_type", "parts", "text", "metadata", "model_slug", "attachments", "weight"),
    *("recipient", "gizmo_id", "default_model_slug", "a", "b"),
]
WORDS = st.sampled_from([*KEYS, "user", "assistant", "tool", "all", "multimodal_text", "thoughts", "", "\ue200", "1e9"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=30,
)
NODES = st.fixed_dictionaries(
    {
        "parent": JSON | st.sampled_from("abc"),
        "message": JSON | st.fixed_dictionaries({"author": JSON, "content": JSON}),
    }
)
TREES = st.fixed_dictionaries(
    {"mapping": st.dictionaries(st.sampled_from("abc"), NODES | JSON), "current_node": st.sampled_from("abcd") | JSON},
    optional={"create_time": JSON, "id": JSON, "gizmo_id": JSON, "default_model_slug": JSON},
)


@given(JSON | TREES)
def test_arbitrary_json_gives_a_draft_or_a_rejection(record: Any) -> None:
    READER.sniff([record])
    item = read(record)
    assert isinstance(item, Draft | Rejected)
    assert isinstance(item, Rejected) or any(message.role is Role.USER for message in item.messages)


SPOKEN = st.sampled_from(["user", "assistant"])


@given(st.lists(st.tuples(st.integers(0, 9), SPOKEN), min_size=1, max_size=10), st.integers(0, 12))
def test_whatever_the_pointers_no_message_comes_twice(pointers: list[tuple[int, str]], leaf: int) -> None:
    nodes = [node(str(n), str(parent), role, f"t{n}") for n, (parent, role) in enumerate(pointers)]
    item = read(chat(*nodes, leaf=str(leaf)))
    if isinstance(item, Draft):
        assert len(set(texts(item))) == len(item.messages)
        assert leaf >= len(nodes) or texts(item)[-1] == f"t{leaf}"


def rows_of(path: Path) -> tuple[list[list[str]], FileReport]:
    report = FileReport("mine", "f1", path.name, "", path.stat().st_size)
    rows = list(FileRows(path, Source("mine", str(path)), RunContext(b"k" * 32, AS_OF), report))
    assert all(row.values["source_format"] == "chatgpt_export" for row in rows)
    return [row.transcript.texts() for row in rows], report


EXPORT = [
    chat(ASKED, node("a", "q", "assistant", "Done [1] }{ \ud83d\ude00", create_time=START + 3)),
    {"conversation_id": "shell", "title": None, "create_time": START},
    chat(node("q", "r", "user", "And now?"), conversation_id="c2", create_time=START + 7 * 86400),
]


def test_a_file_is_read_from_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "conversations.json"
    path.write_text(json.dumps(EXPORT), encoding="utf-8")
    found, report = rows_of(path)
    assert found == [["Rename the columns.", "Done [1] }{ \U0001f600"], ["And now?"]]
    assert report.reasons == {RejectReason.EMPTY_CONVERSATION: 1}


def test_an_archive_is_read_without_its_other_files(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/conversations.json", json.dumps(EXPORT))
        archive.writestr("a/conversations-000.json", json.dumps(EXPORT[:1]))
        archive.writestr("a/conversations-001.json", json.dumps({"conversations": EXPORT[1:]}))
        archive.writestr("__MACOSX/a/._conversations-000.json", b"\x00\x05\x16\x07")
        archive.writestr("a/user.json", json.dumps({"id": "user-7", "email": "x@example.org"}))
        archive.writestr("a/message_feedback.json", "[]")
        archive.writestr("a/chat.html", "<html>")
        archive.writestr("a/file-1.dat", b"\xff\xd8")
    found, report = rows_of(path)
    assert found == [["Rename the columns.", "Done [1] }{ \U0001f600"], ["And now?"]]
    assert report.reasons == {RejectReason.EMPTY_CONVERSATION: 1}


def test_a_file_cut_short_keeps_its_whole_conversations(tmp_path: Path) -> None:
    path = tmp_path / "conversations.json"
    path.write_text(json.dumps(EXPORT)[:-40], encoding="utf-8")
    found, report = rows_of(path)
    assert found == [["Rename the columns.", "Done [1] }{ \U0001f600"]]
    assert report.reasons[RejectReason.TRUNCATED_RECORD] == 1


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("end", ["", "\n"])
def test_a_wrapped_export_is_read_on_one_line_and_on_many(tmp_path: Path, indent: int | None, end: str) -> None:
    path = tmp_path / "conversations.json"
    path.write_text(json.dumps({"conversations": EXPORT}, indent=indent) + end, encoding="utf-8")
    assert rows_of(path)[0] == [["Rename the columns.", "Done [1] }{ \U0001f600"], ["And now?"]]
