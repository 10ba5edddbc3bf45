import hashlib
import importlib.metadata
import inspect

import orjson
import pytest

from economic_index.local import training_data
from economic_index.local.train import facet_labels, one_hot
from economic_index.local.training_data import is_reserved, labels_bytes
from economic_index.vocabulary import Collaboration


def test_no_label_is_of_a_reserved_record():
    ids = [orjson.loads(line)["id"] for line in labels_bytes().splitlines()]
    assert len(ids) == len(set(ids)) == 4_000
    assert not any(is_reserved(name) for name in ids)


def test_a_reserved_part_anywhere_stops_training():
    name = next(f"zz{n}" for n in range(99) if is_reserved(f"zz{n}_2") and not is_reserved(f"zz{n}_0"))
    turns = [{"from": "human", "value": "hello"}]
    parts = {name: [{"id": f"{name}_0", "conversations": turns}]}
    assert training_data._join({"id": f"{name}_0"}, parts).turns[0].text == "hello"
    parts[name].append({"id": f"{name}_2", "conversations": turns})
    with pytest.raises(ValueError, match="reserved"):
        training_data._join({"id": f"{name}_0"}, parts)


def test_the_corpus_package_is_read_and_never_imported():
    source = inspect.getsource(training_data)
    assert "import sharegpt" not in source
    assert importlib.metadata.version(training_data.CORPUS_PACKAGE) == "0.1.0"
    assert hashlib.sha256(labels_bytes()).hexdigest().startswith("6daea1395973")


def test_classes_of_a_facet():
    labels = [{"soc_groups": ["15"], "collaboration": "none"}] * 9 + [{"soc_groups": [], "collaboration": "learning"}]
    classes, truth = facet_labels("soc_group", labels)
    assert (classes, truth[-1]) == (["15"], "")
    assert one_hot(truth, classes).sum() == 9
    assert facet_labels("collaboration", labels)[0] == [member.value for member in Collaboration]
