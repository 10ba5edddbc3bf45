"""Parts of a ShareGPT conversation are joined by the index of their first turn; the corpus gives its figures."""

import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from economic_index.conversations.demo_corpus import CORPUS_BYTES, corpus_path
from economic_index.conversations.readers.sharegpt import READER
from economic_index.conversations.records import Draft, ReadContext, Rejected
from economic_index.conversations.reserved import is_reserved, is_reserved_record
from economic_index.conversations.splitter import Extent, Shape, split
from economic_index.vocabulary import RejectReason, Role

CONTEXT = ReadContext(datetime(2026, 9, 1, tzinfo=UTC))


def turns(*texts: str, first: str = "human") -> list[dict[str, str]]:
    speakers = ["human", "gpt"] if first == "human" else ["gpt", "human"]
    return [{"from": speakers[index % 2], "value": text} for index, text in enumerate(texts)]


def read(*records: dict[str, Any]) -> tuple[list[Draft], list[Rejected]]:
    data = json.dumps(records).encode()
    items = list(READER.read(split([data], Shape.ARRAY, Extent()), CONTEXT))
    return [i for i in items if isinstance(i, Draft)], [i for i in items if isinstance(i, Rejected)]


def texts(draft: Draft) -> list[str]:
    return [message.text for message in draft.messages]


def test_a_part_that_starts_on_the_last_turn_repeats_it_once() -> None:
    (draft,), rejected = read(
        {"id": "abcDEF1_0", "conversations": turns("Plan a menu.", "Soup, then fish.")},
        {"id": "abcDEF1_1", "conversations": turns("Soup, then fish.", "No fish.", "Then lentils.", first="gpt")},
    )
    assert texts(draft) == ["Plan a menu.", "Soup, then fish.", "No fish.", "Then lentils."]
    assert (draft.native_id, draft.record_ids, draft.locator.number) == ("abcDEF1", ("abcDEF1_0", "abcDEF1_1"), 1)
    assert not rejected
    assert "is_partial" not in draft.flags


def test_a_part_that_starts_after_the_last_turn_follows_it() -> None:
    (draft,), _ = read(
        {"id": "a_b_0", "conversations": turns("one", "two")}, {"id": "a_b_2", "conversations": turns("three", "four")}
    )
    assert texts(draft) == ["one", "two", "three", "four"]
    assert draft.native_id == "a_b"


def test_where_an_overlap_differs_the_first_stays_and_is_counted() -> None:
    (draft,), _ = read(
        {"id": "a_0", "conversations": turns("one", "two")},
        {"id": "a_1", "conversations": turns("TWO", "three", first="gpt")},
    )
    assert texts(draft) == ["one", "two", "three"]
    assert draft.counts["dropped_message_count"] == 1


@pytest.mark.parametrize("parts", [(0, 5), (2,), (0, 1, 7)])
def test_a_missing_part_is_kept_and_flagged(parts: tuple[int, ...]) -> None:
    (draft,), _ = read(*({"id": f"a_{first}", "conversations": turns(f"q{first}")} for first in parts))
    assert draft.flags == {"is_partial"}
    assert len(draft.messages) == len(parts)


def test_an_empty_record_before_the_full_one_is_dropped_and_alone_it_is_rejected() -> None:
    (draft,), rejected = read(
        {"id": "a_0", "conversations": []},
        {"id": "a_0", "conversations": turns("one", "two")},
        {"id": "b_0", "conversations": []},
    )
    assert texts(draft) == ["one", "two"]
    assert [(r.reason, r.native_id) for r in rejected] == [(RejectReason.EMPTY_CONVERSATION, "b")]


def test_roles_empty_turns_and_equal_roles_in_a_row() -> None:
    (draft,), rejected = read(
        {
            "id": "a_0",
            "conversations": [
                {"from": "system", "value": "be brief"},
                {"from": "user", "value": "one"},
                {"from": "human", "value": "two"},
                {"from": "bing", "value": "three"},
                {"from": "gpt", "value": " "},
                {"from": "narrator", "value": "four"},
                {"from": "bard"},
                "not a turn",
            ],
        },
        {"id": "b_0", "conversations": [{"from": "narrator", "value": "x"}]},
        {"id": "c_0", "conversations": turns("alone", first="gpt")},
    )
    assert [(message.role, message.text) for message in draft.messages] == [
        (Role.USER, "one"),
        (Role.USER, "two"),
        (Role.ASSISTANT, "three"),
    ]
    assert draft.counts["dropped_message_count"] == 5
    assert [r.reason for r in rejected] == [RejectReason.UNKNOWN_ROLE, RejectReason.EMPTY_CONVERSATION]


def test_forks_without_id_or_with_other_keys_are_read() -> None:
    drafts, _ = read({"conversation": turns("one")}, {"items": turns("one")}, {"id": 7, "conversations": turns("x")})
    assert [draft.native_id for draft in drafts] == [None, None, "7"]


def test_the_reserved_rule_is_the_hash_of_the_record_id() -> None:
    ids = [f"abc{number}_0" for number in range(2000)]
    assert 190 < sum(map(is_reserved_record, ids)) < 310
    reserved = next(filter(is_reserved_record, ids))
    other = next(identity for identity in ids if not is_reserved_record(identity))
    assert is_reserved((other, reserved))
    assert not is_reserved((other,))
    assert not is_reserved(())


@pytest.fixture(scope="module")
def corpus() -> tuple[list[tuple[str | None, int, bool]], list[Rejected], Extent, set[str]]:
    """Ids, lengths and flags of the demonstration corpus; never its text."""
    path = corpus_path()
    assert path.stat().st_size == CORPUS_BYTES
    extent = Extent()
    base_ids: set[str] = set()
    drafts, rejected = [], []
    with path.open("rb") as file:
        chunks = iter(lambda: file.read(1 << 20), b"")
        for item in READER.read(split(chunks, Shape.ARRAY, extent), CONTEXT):
            if isinstance(item, Draft):
                drafts.append((item.native_id, len(item.messages), is_reserved(item.record_ids)))
                assert "is_partial" not in item.flags
            else:
                rejected.append(item)
            if item.native_id is not None:
                base_ids.add(item.native_id)
    return drafts, rejected, extent, base_ids


def test_the_demonstration_corpus_gives_its_check_figure(corpus: Any) -> None:
    drafts, rejected, extent, base_ids = corpus
    assert (extent.record_count, len(base_ids), len(drafts), len(rejected)) == (17_671, 9_460, 9_439, 22)
    assert len({native_id for native_id, _, _ in drafts}) == 9_439
    assert Counter(r.reason for r in rejected) == {
        RejectReason.EMPTY_CONVERSATION: 21,
        RejectReason.TRUNCATED_RECORD: 1,
    }
    assert sum(r.detail.startswith("turns=0") for r in rejected) == 3
    cut = next(r for r in rejected if r.reason is RejectReason.TRUNCATED_RECORD)
    assert (cut.locator.number, cut.detail) == (125_506_645, "bytes=2987 whole_records=17671")


def test_the_demonstration_corpus_reserves_1802_base_ids() -> None:
    records: dict[str, list[bool]] = {}
    with corpus_path().open("rb") as file:
        for item in split(iter(lambda: file.read(1 << 20), b""), Shape.ARRAY, Extent()):
            if not isinstance(item, Rejected):
                record_id = item.value["id"]
                records.setdefault(record_id.rsplit("_", 1)[0], []).append(is_reserved_record(record_id))
    wholly = sum(all(flags) for flags in records.values())
    partly = sum(any(flags) and not all(flags) for flags in records.values())
    assert (wholly, partly) == (897, 905)
