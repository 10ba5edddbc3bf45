"""Threads of Microsoft 365 Copilot are put in order from wherever their interactions lie, and cut where they rest."""

import json
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reader_runs import drafts, json_of, run, texts
from reading_home import AS_OF, read_logs

from economic_index.conversations.readers.copilot_content import card_text
from economic_index.conversations.readers.copilot_m365 import READER
from economic_index.conversations.records import Draft, Element, Locator, ReadContext, Rejected
from economic_index.conversations.sources import Source
from economic_index.lake import Lake
from economic_index.vocabulary import LocatorKind, RejectReason, Role

THREAD = "19:thread@thread.v2"


def said(key: str, kind: str, request: str | None, at: str | None, text: str, **keys: Any) -> dict[str, Any]:
    author = {"user": {"id": "g1", "displayName": "SECRET"}} if kind == "userPrompt" else {"application": {"id": "x"}}
    return {
        "id": key,
        "sessionId": THREAD,
        "requestId": request,
        "interactionType": kind,
        "appClass": "IPM.SkypeTeams.Message.Copilot.Word",
        "createdDateTime": f"2026-01-05{at}Z" if at else None,
        "locale": "pt-pt",
        "body": {"contentType": "text", "content": text},
        "from": author,
        "attachments": [],
        "contexts": [{"displayName": "SECRET", "contextReference": "SECRET"}],
        "links": [{"linkUrl": "SECRET"}],
        **keys,
    }


ASKED = said("1", "userPrompt", "q1", "T08:00:00", "Tighten paragraph two.")
ANSWERED = said("2", "aiResponse", "q1", "T08:00:05", "Here it is.")
AGAIN = said("3", "userPrompt", "q2", "T09:00:00", "Shorter.")
LATER = said("4", "userPrompt", "q3", "T13:00:01", "A new letter.")
REPLIED = said("5", "aiResponse", "q3", "T13:00:09", "Dear all.")


def test_a_session_has_its_user_language_and_times() -> None:
    (draft,) = drafts(READER, [ASKED, ANSWERED])
    assert [(message.role, message.text) for message in draft.messages] == [
        (Role.USER, "Tighten paragraph two."),
        (Role.ASSISTANT, "Here it is."),
    ]
    assert (draft.raw_user_id, draft.language, draft.model_raw) == ("g1", "pt-PT", None)
    assert draft.created_at == datetime(2026, 1, 5, 8, tzinfo=UTC)
    assert draft.updated_at == datetime(2026, 1, 5, 8, 0, 5, tzinfo=UTC)
    assert (draft.native_id, draft.is_native_id_random) == (f"{THREAD}\x1f1", False)
    assert draft.flags == {"is_sessionised"}


@pytest.mark.parametrize("records", list(permutations([ASKED, ANSWERED, AGAIN, LATER, REPLIED])))
def test_order_in_the_file_does_not_matter_and_a_rest_of_four_hours_ends_a_session(records: Any) -> None:
    first, second = sorted(drafts(READER, records), key=lambda draft: draft.native_id or "")
    assert texts(first) == ["Tighten paragraph two.", "Here it is.", "Shorter."]
    assert texts(second) == ["A new letter.", "Dear all."]
    assert [draft.native_id for draft in (first, second)] == [f"{THREAD}\x1f1", f"{THREAD}\x1f4"]
    assert [draft.locator.number for draft in (first, second)] == [records.index(ASKED) + 1, records.index(LATER) + 1]


def test_exactly_four_hours_are_no_rest() -> None:
    assert len(drafts(READER, [AGAIN, {**LATER, "createdDateTime": "2026-01-05T13:00:00Z"}])) == 1


def test_a_reply_stands_after_its_prompt_whatever_the_clocks_say() -> None:
    early = {**ANSWERED, "createdDateTime": "2026-01-05T07:59:59Z"}
    (draft,) = drafts(READER, [early, AGAIN, ASKED])
    assert texts(draft) == ["Tighten paragraph two.", "Here it is.", "Shorter."]
    assert draft.native_id == f"{THREAD}\x1f1"


def test_threads_do_not_mix() -> None:
    other = [{**item, "sessionId": "19:other", "id": f"o{item['id']}"} for item in (ASKED, ANSWERED)]
    found = drafts(READER, [ASKED, other[0], ANSWERED, other[1]])
    assert [len(draft.messages) for draft in found] == [2, 2]
    assert found[1].native_id == "19:other\x1fo1"


def test_an_interaction_that_comes_twice_counts_once_in_its_last_words() -> None:
    (draft,) = drafts(READER, [ASKED, ANSWERED, {**ANSWERED, "body": {"contentType": "text", "content": "Edited."}}])
    assert texts(draft) == ["Tighten paragraph two.", "Edited."]


@pytest.mark.parametrize(
    "missing",
    [{"sessionId": None}, {"sessionId": None, "requestId": None}, {"sessionId": " "}, {"sessionId": [1]}],
)
def test_without_a_thread_a_request_stands_alone(missing: dict[str, Any]) -> None:
    alone = [{**item, **missing} for item in (ASKED, ANSWERED)]
    found = run(READER, alone)
    assert isinstance(found[0], Draft)
    assert found[0].native_id is None
    if "requestId" in missing:
        assert [type(item) for item in found] == [Draft, Rejected]
    else:
        assert texts(found[0]) == ["Tighten paragraph two.", "Here it is."]


def test_a_message_without_time_stays_behind_the_one_before() -> None:
    (draft,) = drafts(READER, [ASKED, {**AGAIN, "createdDateTime": None, "requestId": None}, ANSWERED])
    assert texts(draft) == ["Tighten paragraph two.", "Here it is.", "Shorter."]
    context = ReadContext(AS_OF)
    (absurd,) = drafts(READER, [{**ASKED, "createdDateTime": "1999-01-01T00:00:00Z"}], context)
    assert (absurd.created_at, absurd.flags) == (None, {"is_sessionised", "time_out_of_range"})
    assert drafts(READER, [{**ASKED, "createdDateTime": None}])[0].flags == {"is_sessionised"}


def test_html_is_read_as_words() -> None:
    html = "<div><p>Here it is.</p><script>SECRET</script><style>SECRET</style><b>Bold</b> &lt;done&gt;</div>"
    (draft,) = drafts(READER, [ASKED, {**ANSWERED, "body": {"contentType": "HTML", "content": html}}])
    assert texts(draft)[1] == "Here it is.\nBold <done>"


CARD = {
    "type": "AdaptiveCard",
    "body": [
        {"type": "TextBlock", "text": "One."},
        {"type": "ColumnSet", "columns": [{"items": [{"type": "TextBlock", "text": "Two."}, {"type": "Image"}]}]},
        {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": "Three."}]},
    ],
    "actions": [{"type": "Action.OpenUrl", "title": "SECRET", "url": "https://SECRET"}],
}


@pytest.mark.parametrize("card", [CARD, json.dumps(CARD)])
def test_a_card_speaks_only_where_the_body_is_empty(card: Any) -> None:
    attached = {"attachmentId": "x", "contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    body = {"contentType": "html", "content": '<attachment id="SECRET"></attachment>'}
    (draft,) = drafts(READER, [ASKED, {**ANSWERED, "body": body, "attachments": [attached]}])
    assert texts(draft)[1] == "One.\nTwo.\nThree."
    (draft,) = drafts(READER, [ASKED, {**ANSWERED, "attachments": [attached]}])
    assert (texts(draft)[1], draft.counts) == ("Here it is.", {})


def test_a_card_that_holds_itself_many_times_over_ends() -> None:
    card: Any = {"type": "TextBlock", "text": "x"}
    for _ in range(40):
        card = {"items": [card, card]}
    assert len(card_text(card)) < 20_000


def test_attached_files_are_counted() -> None:
    (draft,) = drafts(READER, [{**ASKED, "attachments": [{"contentType": "reference", "name": "SECRET"}, "x"]}])
    assert (draft.counts, draft.messages[0].has_attachment) == ({"attachment_count": 1}, True)


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("en-us", "en-US"),
        ("zh_hant_tw", "zh-Hant-TW"),
        ("de", "de"),
        ("", None),
        (None, None),
        ("SECRET words of a person", None),
    ],
)
def test_a_locale_is_a_language(locale: Any, language: str | None) -> None:
    assert drafts(READER, [{**ASKED, "locale": locale}])[0].language == language


def test_pages_and_rows_with_json_text_are_opened() -> None:
    pages = [{"@odata.nextLink": "SECRET", "value": [ANSWERED, AGAIN]}, {"value": []}, {"value": [ASKED]}]
    context = ReadContext(AS_OF)
    (draft,) = drafts(READER, pages, context)
    assert texts(draft) == ["Tighten paragraph two.", "Here it is.", "Shorter."]
    assert (draft.locator, context.skipped) == (Locator(LocatorKind.LINE, 3), {"empty_page": 1})
    row = ASKED | {key: json.dumps(ASKED[key]) for key in ("body", "from", "attachments")}
    assert READER.sniff([row])
    assert READER.sniff(pages)
    assert drafts(READER, [row])[0].raw_user_id == "g1"


@pytest.mark.parametrize(
    ("records", "reason"),
    [
        ([ANSWERED], RejectReason.EMPTY_CONVERSATION),
        ([{**ASKED, "body": {"content": " \n"}}], RejectReason.EMPTY_CONVERSATION),
        ([{**ASKED, "body": None}], RejectReason.EMPTY_CONVERSATION),
        ([{**ASKED, "interactionType": "SECRET"}], RejectReason.UNKNOWN_ROLE),
        (["SECRET"], RejectReason.EMPTY_CONVERSATION),
        ([{"id": "1", "sessionId": "SECRET"}], RejectReason.EMPTY_CONVERSATION),
    ],
)
def test_where_no_person_speaks_there_is_no_conversation(records: list[Any], reason: RejectReason) -> None:
    (item,) = run(READER, records)
    assert isinstance(item, Rejected)
    assert item.reason is reason
    assert "SECRET" not in item.detail


def test_repaired_text_is_told_of_its_thread_and_rejections_pass() -> None:
    rejected = Rejected(RejectReason.MALFORMED_JSON, Locator(LocatorKind.LINE, 9))
    element = Element(ASKED, Locator(LocatorKind.LINE, 1), is_repaired=True)
    passed, draft = READER.read(iter([element, rejected]), ReadContext(AS_OF))
    assert passed is rejected
    assert isinstance(draft, Draft)
    assert "is_text_repaired" in draft.flags


def write(path: Path, *items: Any) -> None:
    path.write_text("".join(f"{json.dumps(item)}\n" for item in items))


def test_a_file_that_grows_keeps_ids_and_one_that_goes_on_elsewhere_begins_a_session(lake: Lake, logs: Path) -> None:
    source = Source("s", str(logs))
    write(logs / "all.jsonl", ASKED)
    read_logs(lake, source)
    write(logs / "all.jsonl", ASKED, ANSWERED, LATER)
    grown = read_logs(lake, source).raw_logs
    assert grown[["conversation_count", "superseded_count"]].values.tolist() == [[2, 1]]
    write(logs / "later.jsonl", REPLIED, said("6", "userPrompt", "q4", "T14:00:00", "Thanks."))
    apart = read_logs(lake, source).raw_logs
    assert apart[["conversation_count", "superseded_count"]].values.tolist() == [[1, 0]]


WORDS = (
    *(
        "interactionType",
        "userPrompt",
        "aiResponse",
        "sessionId",
        "requestId",
        "body",
        "content",
        "contentType",
        "html",
    ),
    *("createdDateTime", "2026-01-05T08:00:00Z", "from", "user", "id", "locale", "attachments", "value", "a"),
)
JSON = json_of(WORDS)
KEYS = st.sampled_from(["a", "b"])
ITEMS = st.fixed_dictionaries(
    {
        "interactionType": st.sampled_from(["userPrompt", "aiResponse"]) | JSON,
        "body": st.fixed_dictionaries({"contentType": st.sampled_from(["text", "html"]), "content": st.text()}) | JSON,
    },
    optional={
        "id": st.integers(0, 9) | JSON,
        "sessionId": KEYS | JSON,
        "requestId": KEYS | JSON,
        "createdDateTime": st.integers(1767600000, 1767700000) | JSON,
        "attachments": JSON,
        "from": JSON,
        "locale": JSON,
    },
)


@given(st.lists(JSON | ITEMS | st.fixed_dictionaries({"value": st.lists(ITEMS, max_size=3)}), max_size=6))
def test_arbitrary_json_gives_drafts_and_rejections(records: list[Any]) -> None:
    READER.sniff(records)
    context = ReadContext(AS_OF)
    found = run(READER, records, context)
    assert all(isinstance(item, Draft | Rejected) for item in found)
    assert bool(found) or not records or context.skipped


@given(st.permutations(range(12)), st.lists(st.integers(0, 9 * 3600), min_size=12, max_size=12))
def test_every_prompt_is_in_exactly_one_session(order: list[int], gaps: list[int]) -> None:
    items, at = [], 1767600000
    for number, gap in enumerate(gaps):
        at += gap
        items.append({**said(str(number), "userPrompt", f"q{number}", None, f"text {number}"), "createdDateTime": at})
    found = drafts(READER, [items[number] for number in order])
    assert sorted(text for draft in found for text in texts(draft)) == sorted(f"text {number}" for number in range(12))
    assert len(found) == 1 + sum(gap > 4 * 3600 for gap in gaps[1:])
