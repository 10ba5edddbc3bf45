"""A log's shape and format are told by structure; its name decides nothing."""

import json
from typing import Any

import pytest
from chatgpt_logs import Chat
from gateway_logs import observation, spend_row

from economic_index.conversations.errors import LogFormatError
from economic_index.conversations.records import Element
from economic_index.conversations.sniff import find_shape, sniff
from economic_index.conversations.splitter import Extent, Shape, split
from economic_index.conversations.unpack import Stream
from economic_index.vocabulary import RejectReason, SourceFormat

CHATS = [Chat(f"c{number}", ("q", "a")).record() for number in range(3)]
TURNS = [{"id": "a_0", "conversations": [{"from": "human", "value": "q"}]}, {"id": "b_0", "conversations": []}]
LINES = "\n".join(json.dumps(record) for record in CHATS)

SHAPES: list[tuple[str, Shape, int]] = [
    (json.dumps(CHATS), Shape.ARRAY, 3),
    (json.dumps(CHATS, indent=2), Shape.ARRAY, 3),
    (LINES, Shape.LINES, 3),
    (LINES.replace("\n", "\r\n\r\n"), Shape.LINES, 3),
    ('{"cut off\n' + LINES, Shape.LINES, 3),
    (json.dumps(CHATS[0]), Shape.LINES, 1),
    (json.dumps(CHATS[0], indent=2), Shape.OBJECTS, 1),
    (json.dumps({"conversations": CHATS}), Shape.WRAPPED_ARRAY, 3),
    (json.dumps({"exported": {"a": []}, "value": CHATS}, indent=2), Shape.WRAPPED_ARRAY, 3),
    (json.dumps({"chats": CHATS}) + "\n", Shape.WRAPPED_ARRAY, 3),
    (json.dumps(TURNS[0]), Shape.LINES, 1),
    (json.dumps(TURNS[0], indent=2), Shape.OBJECTS, 1),
    (LINES.replace("\n", " "), Shape.OBJECTS, 3),
]


@pytest.mark.parametrize(("text", "shape", "count"), SHAPES, ids=range(len(SHAPES)))
@pytest.mark.parametrize("size", [7, 1 << 20])
def test_each_way_of_stringing_records_together_is_told(text: str, shape: Shape, count: int, size: int) -> None:
    data = text.encode()
    sniffed = sniff(Stream("x.json", (data[start : start + size] for start in range(0, len(data), size))))
    assert sniffed is not None
    assert sniffed.shape is shape
    items = list(split(sniffed.chunks, sniffed.shape, Extent(), start=sniffed.start))
    assert sum(isinstance(item, Element) for item in items) == count


def test_a_wrapped_array_longer_than_the_sample_is_told_by_its_first_records() -> None:
    long = Chat("long", ("q" * 5_000_000,)).record()
    head = json.dumps({"conversations": [CHATS[0], long]}).encode()[: 4 << 20]
    assert find_shape(head) is Shape.WRAPPED_ARRAY


@pytest.mark.parametrize(
    ("records", "name"),
    [
        (CHATS, SourceFormat.CHATGPT_EXPORT),
        (TURNS, SourceFormat.SHAREGPT),
        ([{"uuid": "u", "chat_messages": []}], SourceFormat.CLAUDE_EXPORT),
        ([{"messages": [{"role": "user", "content": "q"}]}], SourceFormat.CHAT_MESSAGES),
        ([spend_row(0, [{"role": "user", "content": "q"}], {})], SourceFormat.LITELLM),
        ([observation(0, [{"role": "user", "content": "q"}], "a")], SourceFormat.LANGFUSE),
    ],
)
def test_each_format_is_told_by_its_keys(records: list[Any], name: SourceFormat) -> None:
    sniffed = sniff(Stream("conversations.json", iter([json.dumps(records).encode()])))
    assert sniffed is not None
    assert sniffed.reader.format is name


def test_a_named_format_is_not_sniffed_and_a_byte_order_mark_moves_the_first_byte() -> None:
    sniffed = sniff(Stream("a.json", iter([b"\xef\xbb\xbf" + b'[{"x": 1}, {"y": nope}]'])), "sharegpt")
    assert sniffed is not None
    assert (sniffed.reader.format, sniffed.start) == (SourceFormat.SHAREGPT, 3)
    items = list(split(sniffed.chunks, sniffed.shape, Extent(), start=sniffed.start))
    assert items[1].locator.number == 3 + len('[{"x": 1}, ')


def test_an_unknown_record_is_described_by_known_keys_only() -> None:
    with pytest.raises(LogFormatError) as caught:
        sniff(Stream("a.json", iter([b'[{"prompt": "SECRET", "SECRET KEY": 1, "model": "m"}]'])))
    assert caught.value.reason is RejectReason.UNKNOWN_FORMAT
    assert "objects with keys prompt, model and 1 others" in str(caught.value)
    assert "SECRET" not in str(caught.value)
