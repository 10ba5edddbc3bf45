import hashlib
import importlib.metadata
import inspect
from datetime import UTC, datetime

import orjson
import pytest

from economic_index.conversations.readers.sharegpt import READER
from economic_index.conversations.records import Element, Locator, ReadContext
from economic_index.conversations.reserved import is_reserved_record
from economic_index.labels import corpus
from economic_index.local import training_data
from economic_index.local.train import facet_labels, one_hot
from economic_index.local.training_data import labels_bytes
from economic_index.vocabulary import Collaboration, LocatorKind


def test_no_label_is_of_a_reserved_record():
    ids = [orjson.loads(line)["id"] for line in labels_bytes().splitlines()]
    assert len(ids) == len(set(ids)) == 4_000
    assert not any(map(is_reserved_record, ids))


def test_a_reserved_part_anywhere_stops_training():
    name = next(f"zz{n}" for n in range(99) if is_reserved_record(f"zz{n}_2") and not is_reserved_record(f"zz{n}_0"))
    turns = [{"from": "human", "value": "hello"}]
    records = [{"id": f"{name}_0", "conversations": turns}]
    part = corpus._first(name, records)
    assert (part.part_count, part.turns[0].text) == (1, "hello")
    assert training_data._join({"id": part.id}, {part.id: part}).turns == part.turns
    assert corpus._first(name, [*records, {"id": f"{name}_2", "conversations": turns}]) is None
    with pytest.raises(ValueError, match="reserved"):
        training_data._join({"id": f"{name}_0"}, {})


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
    assert hashlib.sha256(labels_bytes()).hexdigest().startswith("6daea1395973")


def test_classes_of_a_facet():
    labels = [{"soc_groups": ["15"], "collaboration": "none"}] * 9 + [{"soc_groups": [], "collaboration": "learning"}]
    classes, truth = facet_labels("soc_group", labels)
    assert (classes, truth[-1]) == (["15"], "")
    assert one_hot(truth, classes).sum() == 9
    assert facet_labels("collaboration", labels)[0] == [member.value for member in Collaboration]
