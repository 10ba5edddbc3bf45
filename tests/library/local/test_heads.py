import io
import json
import zipfile
from importlib import resources

import numpy as np
import pytest

from economic_index.local import fit
from economic_index.local.bank import bank_version
from economic_index.local.bank_index import soc_groups
from economic_index.local.embedder import encoder_hash
from economic_index.local.heads import features, load_heads, probabilities, softmax
from economic_index.local.kernel import Kernel
from economic_index.local.language import LANGUAGE_VERSION
from economic_index.local.model_card import model_card
from economic_index.local.structure import STRUCTURE, STRUCTURE_VERSION
from economic_index.local.window import WINDOW_VERSION
from economic_index.vocabulary import Collaboration, Intent, UseCase


def test_heads_are_arrays_and_numbers_without_pickle():
    content = resources.files("economic_index.local").joinpath("heads/heads.npz").read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert all(name.endswith(".npy") for name in archive.namelist())
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        assert all(arrays[name].dtype.kind == "f" for name in arrays.files)


def test_heads_fit_what_feeds_them():
    heads = load_heads()
    assert heads.shape_mean.shape == (len(STRUCTURE),)
    for head in heads.facets.values():
        assert head.weights.shape == (384 + len(STRUCTURE) + 1, len(head.labels))
    assert heads.activities.weights.shape == (385, len(heads.activities.labels))


def test_labels_stand_in_the_order_of_the_vocabulary():
    facets = load_heads().facets
    assert facets["collaboration"].labels == tuple(member.value for member in Collaboration)
    assert facets["use_case"].labels == tuple(member.value for member in UseCase)
    assert facets["intent"].labels == tuple(member.value for member in Intent)
    assert facets["is_occupational"].labels == ("false", "true")
    assert list(facets["soc_group"].labels) == sorted(facets["soc_group"].labels)


def test_heads_were_trained_on_what_the_engine_runs():
    card = load_heads().card
    assert card["encoder_hash"] == encoder_hash(Kernel.FP32)
    assert card["window_version"] == WINDOW_VERSION
    assert card["structure_version"] == STRUCTURE_VERSION
    assert card["language_version"] == LANGUAGE_VERSION
    assert card["bank_version"] == bank_version()


def test_the_card_says_that_nothing_is_held_back_while_thresholds_are_none():
    card = load_heads().card
    zero = {name: {**entry, "threshold": 0.0} for name, entry in card["heads"].items()}
    page = model_card({**card, "heads": zero, "task": {**card["task"], "threshold": 0.0}}, 27, soc_groups())
    assert "each threshold is 0, so nothing is held back" in page
    assert "the task's threshold is 0, so these steps are not taken" in page
    some = zero | {"intent": {**zero["intent"], "threshold": 0.4}}
    page = model_card({**card, "heads": some, "task": {**card["task"], "threshold": 0.3}}, 27, soc_groups())
    assert "threshold is 0" not in page


def test_the_model_card_is_fresh(pytestconfig):
    page = (pytestconfig.rootpath / "docs/model_card.md").read_text()
    assert page == model_card(load_heads().card, len(STRUCTURE), soc_groups())


def test_every_head_beats_the_majority_class():
    for name, entry in load_heads().card["heads"].items():
        if name != "activities":
            assert entry["accuracy"] > entry["majority"], name
            assert entry["selective_accuracy"] >= 0.75 or entry["coverage"] <= 0.3, name


def test_softmax_regression_learns_what_is_there(rng):
    centres = np.array([[2.0, 0.0], [-2.0, 0.0], [0.0, 3.0]])
    truth = rng.integers(0, 3, 600)
    inputs = np.hstack([centres[truth] + rng.normal(size=(600, 2)), np.ones((600, 1))])
    targets = np.eye(3)[truth]
    folds = np.arange(600) % 5
    logits = fit.cross_fit(inputs, targets, 1e-3, folds)
    assert (logits.argmax(1) == truth).mean() > 0.9
    assert fit.fit_temperature(logits * 4, targets) == pytest.approx(4 * fit.fit_temperature(logits, targets), rel=0.01)


def test_rows_without_a_label_are_not_learned_from(rng):
    inputs = np.hstack([rng.normal(size=(100, 3)), np.ones((100, 1))])
    targets = np.eye(2)[rng.integers(0, 2, 100)]
    more = np.vstack([inputs, rng.normal(size=(50, 4)) * 9])
    blank = np.vstack([targets, np.zeros((50, 2))])
    np.testing.assert_allclose(fit.fit_softmax(more, blank, 0.1), fit.fit_softmax(inputs, targets, 0.1))


def test_arrays_are_saved_to_the_same_bytes(tmp_path, rng):
    arrays = {"b": rng.normal(size=(3, 2)), "a": np.arange(3.0)}
    fit.save_arrays(tmp_path / "one.npz", arrays)
    fit.save_arrays(tmp_path / "two.npz", dict(reversed(arrays.items())))
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


def test_an_outlandish_shape_counts_as_four_spreads():
    inputs = features(np.zeros((1, 384), np.float32), np.array([[1e9]]), np.array([0.0]), np.array([1.0]))
    assert inputs[0, 384] == 4.0


def test_probabilities_are_calibrated_by_temperature(rng):
    head = load_heads().facets["intent"]
    inputs = rng.normal(size=(5, len(head.weights)))
    np.testing.assert_allclose(
        probabilities(head, inputs), softmax(inputs @ head.weights.astype(float) / head.temperature)
    )
    assert json.dumps(head.temperature)
