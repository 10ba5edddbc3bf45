"""Requests that belong together become one conversation, and those that do not stay apart."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from api_logs import completion, stored_response, turns

from economic_index.conversations.readers import sessions
from economic_index.conversations.readers.chains import Exchange, fingerprint
from economic_index.conversations.readers.chat_messages import READER
from economic_index.conversations.records import Draft, Element, Locator, Message, ReadContext
from economic_index.vocabulary import LocatorKind, Role

AS_OF = datetime(2026, 9, 1, tzinfo=UTC)
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
GROWING = [
    completion("one", reply="two", minute=0),
    completion("one", "two", "three", reply="four", minute=1),
    completion("one", "two", "three", "four", "five", reply="six", minute=2),
]
WHOLE = ["one", "two", "three", "four", "five", "six"]


def read(*records: Any) -> list[Draft]:
    elements = (Element(record, Locator(LocatorKind.LINE, line)) for line, record in enumerate(records, 1))
    drafts = [item for item in READER.read(elements, ReadContext(AS_OF)) if isinstance(item, Draft)]
    return sorted(drafts, key=lambda draft: draft.locator.number)


def texts(*records: Any) -> list[list[str]]:
    return [[message.text for message in draft.messages] for draft in read(*records)]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (0, 2), (0, 1, 2, 2)])
def test_resent_history_is_one_conversation_named_by_its_first_request(order: tuple[int, ...]) -> None:
    records = [GROWING[index] for index in order]
    (draft,) = read(*records)
    assert [message.text for message in draft.messages] == WHOLE
    assert draft.native_id == "chatcmpl-0"
    assert (draft.created_at, draft.ended_at) == (NOON, NOON + timedelta(minutes=2))
    assert "is_sessionised" in draft.flags


def test_messages_are_timed_by_their_requests() -> None:
    (draft,) = read(*GROWING)
    minutes = [int((message.sent_at - NOON).total_seconds() // 60) for message in draft.messages if message.sent_at]
    assert minutes == [0, 0, 1, 1, 2, 2]


def test_white_space_and_tools_do_not_break_a_chain() -> None:
    asked = completion("one", reply="two")
    grown = completion("one", "two\n", "three", reply="four", minute=1)
    messages = grown["request"]["messages"]
    messages.insert(2, {"role": "assistant", "content": None, "tool_calls": [{}]})
    messages.insert(3, {"role": "tool", "content": "x"})
    (draft,) = read(asked, grown)
    assert [message.text for message in draft.messages] == ["one", "two", "three", "four"]
    assert draft.counts["tool_event_count"] == 2


def test_a_tool_loop_without_text_goes_on() -> None:
    calling = completion("one", reply="")
    calling["response"]["choices"][0]["message"] = {"role": "assistant", "content": None, "tool_calls": [{}]}
    assert texts(calling, completion("one", reply="two", minute=1)) == [["one", "two"]]


def test_users_are_never_joined() -> None:
    assert len(read(completion("one", reply="two"), completion("one", "two", "x", reply="y", minute=1, user="u2"))) == 2


def test_nearness_in_time_joins_nothing() -> None:
    assert len(read(completion("one", reply="two"), completion("other", reply="two", minute=0))) == 2


def test_two_who_begin_alike_without_a_name_are_two() -> None:
    first, second = completion("hi", reply="Hello", user=None), completion("hi", reply="Hello", minute=1, user=None)
    grown = [completion("hi", "Hello", text, reply="ok", minute=2, user=None) for text in ("a", "b")]
    assert sorted(texts(first, second, *grown)) == [["hi", "Hello", "a", "ok"], ["hi", "Hello", "b", "ok"]]


def test_a_retry_replaces_the_reply_unless_it_failed() -> None:
    ok, other, failed = (completion("one", reply=reply, minute=n) for n, reply in enumerate(("two", "2", None)))
    assert texts(ok, other) == [["one", "2"]]
    assert texts(ok, failed) == [["one", "two"]]
    assert texts(failed, ok) == [["one", "two"]]
    assert texts(other, ok) == [["one", "2"]]
    assert texts(ok, completion("one", reply="later", minute=30)) == [["one", "two"], ["one", "later"]]


def test_after_a_day_nothing_is_joined() -> None:
    late = completion("one", "two", "three", reply="four") | {"ts": "2026-01-06T12:00:01Z"}
    assert len(read(GROWING[0], late)) == 2


@pytest.mark.parametrize(
    "own", [{"session_id": "s1"}, {"metadata": {"thread_id": "s1"}}, {"headers": {"x-claude-code-session-id": "s1"}}]
)
def test_an_explicit_session_joins_new_turns_resent_ones_and_cut_histories(own: dict[str, Any]) -> None:
    new = [
        completion(asked, reply=reply, minute=n, **own)
        for n, (asked, reply) in enumerate([("one", "two"), ("three", "four")])
    ]
    cut = completion("three", "four", "five", reply="six", minute=2, **own)
    resent = completion(*WHOLE, "seven", reply="eight", minute=3, **own)
    assert texts(*new, cut, resent) == [[*WHOLE, "seven", "eight"]]


def trimmed(*texts: str, minute: int, reply: str = "new", system: str = "Be brief.", **own: Any) -> dict[str, Any]:
    line = completion(*texts, reply=reply, minute=minute % 60, **own)
    line["ts"] = (NOON + timedelta(minutes=minute)).isoformat()
    line["request"]["messages"][0]["content"] = system
    return line


def test_a_history_that_was_cut_or_summed_up_goes_on() -> None:
    window = trimmed("three", "four", "five", "six", "seven", minute=9)
    assert texts(*GROWING, window) == [[*WHOLE, "seven", "new"]]
    summed_up = trimmed("In short: we counted.", "I see.", "five", "six", "seven", minute=300)
    assert texts(*GROWING, summed_up) == [[*WHOLE, "seven", "new"]]


@pytest.mark.parametrize(
    "other",
    [
        trimmed("five", "six", "seven", minute=9, system="Be long."),
        trimmed("five", "six", "seven", minute=9, user="u2"),
        trimmed("five", "six", "seven", minute=363),
        trimmed("five", "sixty", "seven", minute=9),
        trimmed("five", "six", minute=9),
        trimmed("three", "four", "seven", minute=9),
    ],
    ids=["system", "user", "time", "words", "nothing_new", "not_the_last"],
)
def test_a_history_that_is_not_surely_the_same_is_another_conversation(other: dict[str, Any]) -> None:
    assert len(read(*GROWING, other)) == 2


def test_nobody_is_joined_by_a_cut_history_alone() -> None:
    lines = [line | {"user": None} for line in (*GROWING, trimmed("five", "six", "seven", minute=9))]
    assert len(read(*lines)) == 2


@pytest.mark.parametrize("system", ["Be brief.", [{"type": "text", "text": "Be brief."}], "Other."])
def test_system_prompts_are_told_apart_wherever_they_stand(system: Any) -> None:
    asked, cut = completion("one", reply="two"), trimmed("x", "y", "one", "two", "three", minute=1)
    for line, told in ((asked, "Be brief."), (cut, system)):
        del line["request"]["messages"][0]
        line["request"]["system"] = told
    assert len(read(asked, cut)) == (2 if system == "Other." else 1)


def test_sessions_that_are_numbered_belong_to_their_user() -> None:
    one, other = (completion("one", reply="two", user=user, session_id="1") for user in ("u1", "u2"))
    drafts = read(one, other)
    assert len({draft.native_id for draft in drafts}) == 2
    assert not any(draft.is_native_id_random for draft in drafts)


def test_a_session_taken_up_after_a_day_is_another_conversation() -> None:
    late = completion("three", reply="four", session_id="s1") | {"ts": "2026-01-07T12:00:00Z"}
    drafts = read(completion("one", reply="two", session_id="s1"), late)
    assert len({draft.native_id for draft in drafts}) == 2


def test_what_is_over_is_forgotten_after_a_month_and_closed_sessions_do_not_pile_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sessions, "MIN_CLOSED", 2)
    store = sessions.Sessions()
    context = ReadContext(AS_OF, {sessions.SESSIONS: store})
    for day in range(60):
        line = completion("one", reply="two", session_id=f"s{day}") | {
            "ts": (NOON + timedelta(days=2 * day)).isoformat()
        }
        assert len(list(READER.read(iter([Element(line, Locator(LocatorKind.LINE, 1))]), context))) == 1
    assert 15 <= len(store.closed) <= 31
    assert (len(store.chains), store.newest_at) == (1, NOON + timedelta(days=118))


def responses() -> list[dict[str, Any]]:
    first = stored_response("continue", "one", "resp_1", 1767614400)
    return [first] + [
        stored_response("continue", text, f"resp_{n}", 1767614400 + n, previous_response_id=f"resp_{n - 1}")
        for n, text in ((2, "two"), (3, "three"))
    ]


@pytest.mark.parametrize("is_newest_first", [False, True])
def test_responses_are_joined_by_their_predecessor(is_newest_first: bool) -> None:
    (draft,) = read(*(reversed(responses()) if is_newest_first else responses()))
    assert [message.text for message in draft.messages] == ["continue", "one", "continue", "two", "continue", "three"]
    assert (draft.native_id, draft.counts["reasoning_count"]) == ("resp_1", 3)
    assert "is_partial" not in draft.flags


def test_a_predecessor_that_is_not_there_leaves_a_part() -> None:
    (draft,) = read(responses()[1])
    assert "is_partial" in draft.flags


def test_responses_are_joined_by_conversation() -> None:
    records = [
        stored_response(text, "ok", f"resp_{n}", 1767614400 + n, conversation={"id": "conv_1"})
        for n, text in enumerate(("one", "two"))
    ]
    assert texts(*records) == [["one", "ok", "two", "ok"]]


def test_fine_tuning_records_are_never_joined() -> None:
    records = [{"messages": turns("one", "two")}, {"messages": turns("one", "two", "three", "four")}]
    assert texts(*records) == [["one", "two"], ["one", "two", "three", "four"]]


def test_open_conversations_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MAX_OPEN_BYTES", 1000)
    store = sessions.Sessions()
    elements = (Element(completion(f"q{n}", reply="a"), Locator(LocatorKind.LINE, n)) for n in range(50))
    assert len(list(READER.read(elements, ReadContext(AS_OF)))) == 50
    assert list(store.tell()) == []


def test_messages_that_are_told_again_are_hashed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []

    def counted(message: Message) -> bytes:
        hashed.append(message.text)
        return fingerprint(message)

    monkeypatch.setattr(sessions, "fingerprint", counted)
    store, said = sessions.Sessions(), list[Message]()
    for number in range(5):
        said.append(Message(Role.USER, f"q{number}"))
        reply = Message(Role.ASSISTANT, f"a{number}")
        at = AS_OF + timedelta(minutes=number)
        assert not list(store.add(Exchange(Locator(LocatorKind.LINE, number), [*said], [reply], at, user="u")))
        said.append(reply)
    assert hashed == [message.text for message in said]
    (draft,) = store.tell()
    assert [message.text for message in draft.messages] == hashed
