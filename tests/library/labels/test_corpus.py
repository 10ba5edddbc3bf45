import hashlib
import importlib.metadata
import inspect
from datetime import UTC, datetime

import orjson

from economic_index.conversations.readers.sharegpt import READER
from economic_index.conversations.records import Element, Locator, ReadContext
from economic_index.conversations.reserved import is_reserved_record
from economic_index.labels import corpus
from economic_index.labels.label_sets import file_bytes, load_sets
from economic_index.vocabulary import LocatorKind


def test_no_label_is_of_a_reserved_record():
    for each in load_sets():
        assert len(each.ids) == len(set(each.ids)), each.name
        assert not any(map(is_reserved_record, each.ids)), each.name
    assert len([orjson.loads(line) for line in file_bytes("training_4000").splitlines()]) == 4_000


def test_a_reserved_part_anywhere_stops_training():
    name = next(f"zz{n}" for n in range(99) if is_reserved_record(f"zz{n}_2") and not is_reserved_record(f"zz{n}_0"))
    turns = [{"from": "human", "value": "hello"}]
    records = [{"id": f"{name}_0", "conversations": turns}]
    part = corpus._first(name, records)
    assert (part.part_count, part.turns[0].text) == (1, "hello")
    assert corpus._first(name, [*records, {"id": f"{name}_2", "conversations": turns}]) is None


def test_a_whole_conversation_is_its_parts_in_order_and_an_overlap_counts_once():
    name = next(f"zz{n}" for n in range(99) if not any(is_reserved_record(f"zz{n}_{k}") for k in (0, 2, 3)))
    said = [{"from": speaker, "value": str(n)} for n, speaker in enumerate(["human", "gpt"] * 3)]
    parts = {f"{name}_3": said[3:], f"{name}_0": said[:2], f"{name}_2": said[2:5]}
    found = corpus._first(name, [{"id": key, "conversations": turns} for key, turns in parts.items()])
    assert [turn.text for turn in found.turns] == ["0", "1"]
    assert [turn.text for turn in found.whole] == ["0", "1", "2", "3", "4", "5"]
    assert found.part_count == 3


def test_parts_are_the_readers_and_an_id_that_no_part_ends_stands_alone():
    turns = [{"from": "human", "value": "hello"}]
    ids = ["abc_0", "abc_12", "abc_draft", "abc_", "abc", "_7"]
    place, context = Locator(LocatorKind.ELEMENT, 1), ReadContext(datetime(2026, 9, 1, tzinfo=UTC))
    parts = corpus._by_conversation({"id": name, "conversations": turns} for name in ids)
    drafts = [
        draft
        for name in ids  # each alone, so that being apart does not part them
        for draft in READER.read(iter([Element({"id": name, "conversations": turns}, place)]), context)
    ]
    assert [*parts] == [*dict.fromkeys(draft.native_id for draft in drafts)]
    assert [record["id"] for record in parts["abc"]] == ["abc_0", "abc_12", "abc"]


def test_a_reserved_id_that_is_no_utf8_is_reserved_too():
    name = next(f"zz\ud800{n}" for n in range(99) if is_reserved_record(f"zz\ud800{n}_0"))
    records = [{"id": f"{name}_0", "conversations": [{"from": "human", "value": "hello"}]}]
    assert corpus._first(name, records) is None


def test_the_corpus_package_is_read_and_never_imported():
    source = inspect.getsource(corpus)
    assert "import sharegpt" not in source
    assert importlib.metadata.version(corpus.CORPUS_PACKAGE) == "0.1.0"
    assert hashlib.sha256(file_bytes("training_4000")).hexdigest().startswith("6daea1395973")
