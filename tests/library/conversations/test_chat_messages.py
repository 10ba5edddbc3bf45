"""Every envelope and dialect of chat API logs gives the same conversation; what cannot be read says why."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from api_logs import stored_response, turns
from hypothesis import given
from hypothesis import strategies as st

from economic_index.conversations.readers.chat_messages import READER
from economic_index.conversations.records import Draft, Element, Locator, ReadContext, Rejected
from economic_index.vocabulary import LocatorKind, RejectReason, Role

AS_OF = datetime(2026, 9, 1, tzinfo=UTC)
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
ASKED = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Sum of 2 and 3?"}]
CHOICE = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "5"}}]}
CLAUDE = {"id": "msg_9", "type": "message", "role": "assistant", "content": [{"type": "text", "text": "5"}]}
CONVERSE = [{"role": "user", "content": [{"text": "Sum of 2 and 3?"}]}]
DELTAS = [
    {"type": "message_start", "message": {"role": "assistant"}},
    {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "5"}},
    {"contentBlockStop": {}},
]


def read(*records: Any) -> list[Draft | Rejected]:
    elements = (Element(record, Locator(LocatorKind.LINE, line)) for line, record in enumerate(records, 1))
    return list(READER.read(elements, ReadContext(AS_OF)))


def read_one(*records: Any) -> Draft:
    (draft,) = read(*records)
    assert isinstance(draft, Draft)
    return draft


def said(draft: Draft) -> list[tuple[Role, str]]:
    return [(message.role, message.text) for message in draft.messages]


def rejection(*records: Any) -> Rejected:
    (rejected,) = read(*records)
    assert isinstance(rejected, Rejected)
    return rejected


def invocation(body: Any, output: Any) -> dict[str, Any]:
    return {
        "schemaType": "ModelInvocationLog",
        "timestamp": "2026-01-05T12:00:00Z",
        "requestId": "5f2b1c9e-0d5c-4d8e-9a53-1f2e3d4c5b6a",
        "modelId": "anthropic.model-v1:0",
        "identity": {"arn": "arn:of:somebody"},
        "input": {"inputBodyJson": body},
        "output": {"outputBodyJson": output},
    }


ENVELOPES: dict[str, list[Any]] = {
    "fine_tuning": [{"messages": [*ASKED, {"role": "assistant", "content": "5", "weight": 1}], "tools": []}],
    "preference": [
        {
            "input": {"messages": ASKED},
            "preferred_output": [{"role": "assistant", "content": "5"}],
            "non_preferred_output": [{"role": "assistant", "content": "6"}],
        }
    ],
    "openai_nested": [{"request": {"messages": ASKED}, "response": CHOICE}],
    "openai_http": [{"request": {"body": {"messages": ASKED}}, "response": {"status_code": 200, "body": CHOICE}}],
    "openai_body_output": [{"body": {"messages": ASKED}, "output": CHOICE}],
    "openai_json_text": [{"request": json.dumps({"messages": ASKED}), "response": json.dumps(CHOICE)}],
    "messages_as_json_text": [{"messages": json.dumps(ASKED), "response": json.dumps(CHOICE)}],
    "input_as_json_text": [
        {"object": "response", "input": json.dumps(ASKED), "output": CLAUDE["content"] and [CLAUDE]}
    ],
    "empty_messages_beside_a_request": [{"messages": [], "request": {"messages": ASKED}, "response": CHOICE}],
    "openai_flat": [{"messages": ASKED, **CHOICE}],
    "openai_flat_response": [{"messages": ASKED, "response": CHOICE}],
    "plain_text_reply": [{"messages": ASKED, "response": "5"}],
    "openai_batch": [
        {"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": {"messages": ASKED}},
        {"id": "batch_req_1", "custom_id": "a", "response": {"status_code": 200, "body": CHOICE}, "error": None},
    ],
    "openai_batch_joined": [{"custom_id": "a", "body": {"messages": ASKED}, "response": {"body": CHOICE}}],
    "responses": [stored_response("Sum of 2 and 3?", "5", "resp_1", 1767614400)],
    "responses_items": [
        stored_response(
            [
                {"type": "message", "role": "developer", "content": "Be brief."},
                {"role": "user", "content": [{"type": "input_text", "text": "Sum of 2 and 3?"}]},
                {"type": "function_call", "name": "add", "arguments": "{}"},
                {"type": "function_call_output", "output": "5"},
            ],
            "5",
            "resp_1",
            1767614400,
        )
    ],
    "responses_flat": [
        {
            "object": "response",
            "input": "Sum of 2 and 3?",
            "output": [{"type": "message", "content": [{"type": "output_text", "text": "5"}]}],
        }
    ],
    "anthropic": [{"request": {"system": "Be brief.", "messages": ASKED[1:]}, "response": CLAUDE}],
    "anthropic_flat": [{"system": "Be brief.", "messages": ASKED[1:], "stop_reason": "end_turn", **CLAUDE}],
    "anthropic_batch": [
        {"custom_id": "a", "params": {"messages": ASKED[1:]}},
        {"custom_id": "a", "result": {"type": "succeeded", "message": CLAUDE}},
    ],
    "bedrock_anthropic": [invocation({"system": "x", "messages": ASKED[1:]}, CLAUDE)],
    "bedrock_json_text": [invocation(json.dumps({"messages": ASKED[1:]}), json.dumps(CLAUDE))],
    "bedrock_converse": [
        invocation({"messages": CONVERSE}, {"output": {"message": {"role": "assistant", "content": [{"text": "5"}]}}})
    ],
    "bedrock_stream": [invocation({"messages": CONVERSE}, DELTAS)],
    "bedrock_converse_stream": [invocation({"messages": CONVERSE}, [{"contentBlockDelta": {"delta": {"text": "5"}}}])],
}


@pytest.mark.parametrize("name", ENVELOPES)
def test_every_envelope_holds_the_same_conversation(name: str) -> None:
    records = ENVELOPES[name]
    assert READER.sniff(records)
    assert said(read_one(*records)) == [(Role.USER, "Sum of 2 and 3?"), (Role.ASSISTANT, "5")]


def test_other_formats_are_not_taken() -> None:
    assert not READER.sniff([{"mapping": {}, "messages": turns("a")}])
    assert not READER.sniff([{"chat_messages": [], "uuid": "a"}])
    assert not READER.sniff([{"conversations": [{"from": "human", "value": "a"}]}])
    assert not READER.sniff([{"instruction": "Add.", "input": "2 and 3", "output": "5"}])
    assert not READER.sniff([{"messages": [{"author": "a", "text": "b"}]}, 7, None, []])


def test_keys_of_the_log_name_time_user_model_and_request() -> None:
    draft = read_one(
        {
            "timestamp": "2026-01-05T12:00:00",
            "request_id": "0b8f6a0e-93a5-4f63-9a6e-0c7a4a4f2f11",
            "user_id": 7,
            "model": "m-1",
            "messages": ASKED,
            "response": CHOICE,
        }
    )
    assert (draft.created_at, draft.raw_user_id, draft.model_raw) == (NOON, "7", "m-1")
    assert (draft.native_id, draft.is_native_id_random) == ("0b8f6a0e-93a5-4f63-9a6e-0c7a4a4f2f11", True)
    assert draft.flags == {"is_zone_assumed"}
    assert draft.surface == "api"


def test_the_reply_names_id_and_time_where_the_log_does_not() -> None:
    body = {"id": "chatcmpl-Abcdefghij0123456789", "created": 1767614400, "model": "gpt-x-2026", **CHOICE}
    draft = read_one({"request": {"messages": ASKED, "safety_identifier": "s1", "model": "gpt-x"}, "response": body})
    assert (draft.created_at, draft.raw_user_id, draft.native_id) == (NOON, "s1", body["id"])
    assert (draft.is_native_id_random, draft.model_raw) == (True, "gpt-x-2026")


def test_ids_that_could_be_guessed_are_not_called_random() -> None:
    draft = read_one({"request_id": "anna-1", "messages": ASKED})
    assert (draft.native_id, draft.is_native_id_random) == ("anna-1", False)
    assert read_one({"id": 12, "messages": ASKED}).native_id is None
    assert read_one({"custom_id": "row-1", "body": {"messages": ASKED}}).native_id is None


@pytest.mark.parametrize(
    ("told", "user", "session"),
    [
        ("user_a1_account_b2_session_c3", "user_a1_account_b2", "\x1f".join(("user_a1_account_b2", "c3"))),
        (json.dumps({"account_uuid": "b2", "session_id": "c3"}), "b2", "\x1f".join(("b2", "c3"))),
        ("{not json", "{not json", None),
    ],
)
def test_a_user_that_holds_a_session_is_taken_apart(told: str, user: str, session: str | None) -> None:
    draft = read_one({"messages": ASKED, "metadata": {"user_id": told}})
    assert (draft.raw_user_id, draft.native_id) == (user, session)


def test_words_that_are_json_by_chance_are_words() -> None:
    draft = read_one({"object": "response", "input": "[1, 2, 3]", "output": []})
    assert said(draft) == [(Role.USER, "[1, 2, 3]")]


@pytest.mark.parametrize("name", ["x-claude-code-session-id", "X-Claude-Code-Session-Id"])
def test_a_session_in_the_headers_of_the_request_is_found(name: str) -> None:
    session = "0b8f6a0e-93a5-4f63-9a6e-0c7a4a4f2f11"
    draft = read_one({"request": {"headers": {name: session}, "body": {"messages": ASKED}}, "response": CHOICE})
    assert draft.native_id == session


@pytest.mark.parametrize(
    "failed",
    [
        {"type": "error", "error": {"type": "overloaded_error"}},
        {"error": {"code": 500}},
        {"status_code": 529, "body": {"type": "error", "error": {}}},
        None,
    ],
)
def test_a_request_that_failed_keeps_what_was_asked(failed: Any) -> None:
    draft = read_one({"request": {"messages": ASKED}, "response": failed})
    assert said(draft) == [(Role.USER, "Sum of 2 and 3?")]


def test_items_of_the_responses_api_are_messages_or_counted() -> None:
    output = [
        {"type": "reasoning", "summary": []},
        {"type": "web_search_call"},
        {"type": "file_search_call"},
        {"type": "mcp_list_tools"},
        {"type": "message", "role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]},
        {"type": "of_tomorrow"},
    ]
    given_items = [{"role": "user", "content": [{"type": "input_image"}, {"type": "input_text", "text": "See?"}]}]
    context = ReadContext(AS_OF)
    record = {"request": {"input": given_items, "instructions": "Be brief."}, "response": {"output": output}}
    (draft,) = READER.read(iter([Element(record, Locator(LocatorKind.LINE, 1))]), context)
    assert isinstance(draft, Draft)
    assert said(draft) == [(Role.USER, "See?"), (Role.ASSISTANT, "No.")]
    assert (draft.counts["reasoning_count"], draft.counts["tool_event_count"]) == (1, 3)
    assert (draft.counts["attachment_count"], context.skipped) == (1, {"unknown_part": 1})


def test_bedrock_names_its_caller_and_request() -> None:
    draft = read_one(*ENVELOPES["bedrock_anthropic"])
    assert (draft.raw_user_id, draft.native_id) == ("arn:of:somebody", "5f2b1c9e-0d5c-4d8e-9a53-1f2e3d4c5b6a")
    assert (draft.created_at, draft.model_raw) == (NOON, "anthropic.model-v1:0")


def test_tools_reasoning_and_attachments_are_counted_and_never_text() -> None:
    draft = read_one(
        {
            "messages": [
                {"role": "developer", "content": "Be brief."},
                {
                    "role": "user",
                    "content": [{"type": "image_url", "image_url": {}}, {"type": "text", "text": "Read."}],
                },
                {"role": "assistant", "content": None, "tool_calls": [{"function": {"arguments": "{}"}}, {}]},
                {"role": "tool", "tool_call_id": "1", "content": "secret tool result"},
                {
                    "role": "assistant",
                    "content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "A"}],
                },
                {"role": "user", "content": [{"type": "tool_result", "content": "secret tool result"}]},
                {"role": "user", "content": [{"type": "document", "source": {}}]},
                {
                    "role": "assistant",
                    "content": [{"type": "web_search_tool_result"}, {"type": "refusal", "refusal": "No."}],
                },
                {"role": "assistant", "content": None, "refusal": "Still no."},
                {"role": "user", "content": " "},
            ]
        }
    )
    assert said(draft) == [
        (Role.USER, "Read."),
        (Role.ASSISTANT, "A"),
        (Role.USER, ""),
        (Role.ASSISTANT, "No."),
        (Role.ASSISTANT, "Still no."),
    ]
    assert [message.has_attachment for message in draft.messages] == [True, False, True, False, False]
    assert draft.counts == {
        "tool_event_count": 5,
        "reasoning_count": 1,
        "attachment_count": 2,
        "dropped_message_count": 1,
        "branch_count": 0,
    }


def test_cited_passages_go_on_where_the_last_one_ended() -> None:
    parts = [{"type": "text", "text": "It is "}, {"type": "text", "text": "blue", "citations": [{}]}]
    draft = read_one({"messages": [*turns("Colour?"), {"role": "assistant", "content": parts}]})
    assert draft.messages[1].text == "It is blue"


def test_of_several_choices_the_first_is_taken_and_the_others_counted() -> None:
    choices = [{"index": n, "message": {"role": "assistant", "content": str(n)}} for n in (2, 0, 1)]
    draft = read_one({"messages": ASKED, "choices": choices})
    assert draft.messages[-1].text == "0"
    assert draft.counts["branch_count"] == 2


@pytest.mark.parametrize(
    "reply",
    [
        'data: {"choices":[{"delta":{"content":"5"}}]}\n\ndata: [DONE]\n',
        'event: message_start\ndata: {"type":"message_start"}\n\n',
        ': ping\r\n\r\nid: 1\r\nretry: 5\r\ndata: [{"type":"message_start"}]\r\n',
        {"status_code": 200, "body": 'data: {"id":"a"}\n\n'},
        [{"object": "chat.completion.chunk", "choices": []}],
        {"object": "chat.completion.chunk", "choices": []},
    ],
)
def test_streams_that_nobody_assembled_are_rejected(reply: Any) -> None:
    record = {"request": {"messages": ASKED}, "response": reply}
    assert READER.sniff([record])
    assert rejection(record).reason is RejectReason.STREAMED_CHUNKS_NOT_ASSEMBLED


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ("text", RejectReason.UNSUPPORTED_BODY),
        ({}, RejectReason.UNSUPPORTED_BODY),
        ({"prompt": "legacy"}, RejectReason.UNSUPPORTED_BODY),
        ({"messages": "not a list"}, RejectReason.UNSUPPORTED_BODY),
        ({"messages": []}, RejectReason.EMPTY_CONVERSATION),
        ({"messages": ASKED[:1]}, RejectReason.EMPTY_CONVERSATION),
        ({"messages": [{"role": "narrator", "content": "a"}]}, RejectReason.UNKNOWN_ROLE),
        ({"messages": [7, None]}, RejectReason.EMPTY_CONVERSATION),
        ({"custom_id": "a", "response": {"body": CHOICE}}, RejectReason.NO_TEXT_IN_FORMAT),
        (invocation({"inputText": "a"}, {}), RejectReason.UNSUPPORTED_BODY),
        (
            {"schemaType": "ModelInvocationLog", "input": {"inputBodyS3Path": "s3://a/b"}},
            RejectReason.UNSUPPORTED_BODY,
        ),
        ({"messages": "[1, 2"}, RejectReason.UNSUPPORTED_BODY),
        ({"messages": "[1, 2]"}, RejectReason.EMPTY_CONVERSATION),
    ],
)
def test_what_cannot_be_read_says_why(record: Any, reason: RejectReason) -> None:
    assert rejection(record).reason is reason


def test_a_failed_batch_line_keeps_what_was_asked() -> None:
    asked = {"custom_id": "a", "params": {"messages": ASKED[1:]}}
    draft = read_one(asked, {"custom_id": "a", "result": {"type": "errored", "error": {"type": "x"}}})
    assert said(draft) == [(Role.USER, "Sum of 2 and 3?")]


def test_rejections_of_the_splitter_pass_through() -> None:
    broken = Rejected(RejectReason.MALFORMED_JSON, Locator(LocatorKind.LINE, 1), "bytes=4")
    assert list(READER.read(iter([broken]), ReadContext(AS_OF))) == [broken]


WORDS = st.sampled_from(
    [
        *("messages", "role", "content", "type", "text", "user", "assistant", "request", "response", "choices"),
        *("message", "input", "output", "body", "params", "result", "custom_id", "id", "model", "timestamp"),
        *("session_id", "previous_response_id", "conversation", "object", "schemaType", "metadata", "user_id"),
        *("tool_calls", "inputBodyJson", "outputBodyJson", "preferred_output", "index", "delta", "citations"),
    ]
)
VALUES = st.sampled_from(
    [
        *("user", "assistant", "system", "tool", "text", "message", "response", "ModelInvocationLog"),
        *("resp_1", "2026-01-05", 'data: {"a": 1}', "{}", "[]", '{"messages": [{"role": "user", "content": "a"}]}'),
    ]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | VALUES | st.text(max_size=5)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=3), inner, max_size=6),
    max_leaves=40,
)
CANARY = "Zx9qCanary"


EXCHANGES = st.fixed_dictionaries(
    {"messages": st.lists(st.fixed_dictionaries({"role": VALUES, "content": JSON}), min_size=1, max_size=4)},
    optional={
        "response": JSON,
        "session_id": JSON,
        "user": JSON,
        "ts": JSON,
        "previous_response_id": VALUES,
        "id": JSON,
    },
)


@given(st.lists(JSON | EXCHANGES, max_size=8))
def test_arbitrary_json_gives_drafts_or_rejections_only(records: list[Any]) -> None:
    READER.sniff(records)
    assert all(isinstance(item, Draft | Rejected) for item in read(*records))


def with_canaries(value: Any) -> Any:
    """Every text that is no known word, replaced."""
    if isinstance(value, dict):
        return {key: with_canaries(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [with_canaries(inner) for inner in value]
    return CANARY if isinstance(value, str) and value not in {"user", "assistant", "text", "message"} else value


@given(st.lists(JSON, max_size=2), st.lists(EXCHANGES, max_size=2))
def test_no_value_reaches_a_rejection_or_the_summary(some: list[Any], more: list[Any]) -> None:
    records = [with_canaries(record) for record in (*some, *more)]
    elements = (Element(record, Locator(LocatorKind.LINE, 1)) for record in records)
    context = ReadContext(AS_OF)
    for item in READER.read(elements, context):
        assert not isinstance(item, Rejected) or CANARY not in item.detail
    assert not any(CANARY in name for name in context.skipped)
