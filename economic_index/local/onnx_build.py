"""Builds the encoder as one ONNX graph out of its safetensors and our deltas: token ids in, unit vectors out.

No text and no tokenizer here; which kernel to build is decided in kernel.py.
"""

import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from economic_index.local.deltas import deltas_hash, load_deltas, merged
from economic_index.local.kernel import Kernel
from economic_index.local.weights import find_weights

BUILD_VERSION = "2"
DIMENSION, LAYERS, HEADS, EPSILON = 384, 6, 12, 1e-12
OPSET = 20
Array = npt.NDArray[np.float32]


class _Graph:
    """Collects nodes and initializers; every method returns the name of what it adds."""

    def __init__(self, tensors: dict[str, Array]) -> None:
        self.tensors = tensors
        self.nodes: list[Any] = []
        self.initializers: list[Any] = []

    def constant(self, name: str, value: npt.NDArray[Any]) -> str:
        import onnx

        self.initializers.append(onnx.numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, kind: str, inputs: list[str], output: str, domain: str = "", **attributes: Any) -> str:
        import onnx

        self.nodes.append(onnx.helper.make_node(kind, inputs, [output], output, domain=domain, **attributes))
        return output

    def dense(self, source: str, layer: str, output: str) -> str:
        weight = self.constant(f"{output}.weight", self.tensors[f"{layer}.weight"].T)
        product = self.node("MatMul", [source, weight], f"{output}.product")
        return self.node("Add", [product, self.constant(f"{output}.bias", self.tensors[f"{layer}.bias"])], output)

    def norm(self, source: str, layer: str, output: str) -> str:
        scale = self.constant(f"{output}.scale", self.tensors[f"{layer}.weight"])
        shift = self.constant(f"{output}.shift", self.tensors[f"{layer}.bias"])
        return self.node("LayerNormalization", [source, scale, shift], output, axis=-1, epsilon=EPSILON)


def _embeddings(graph: _Graph) -> str:
    """Word, position and type embeddings of `ids` [texts, tokens], summed and normalised."""
    words = graph.constant("words", graph.tensors["embeddings.word_embeddings.weight"])
    typed = graph.tensors["embeddings.token_type_embeddings.weight"][0]
    positions = graph.constant("positions", graph.tensors["embeddings.position_embeddings.weight"] + typed)
    shape = graph.node("Shape", ["ids"], "length", start=1, end=2)
    zero, axes = graph.constant("zero", np.array([0], np.int64)), graph.constant("axis", np.array([0], np.int64))
    place = graph.node("Slice", [positions, zero, shape, axes], "places")
    total = graph.node("Add", [graph.node("Gather", [words, "ids"], "words.of"), place], "embedded")
    return graph.norm(total, "embeddings.LayerNorm", "hidden.0")


def _layer(graph: _Graph, source: str, number: int) -> str:
    """One encoder layer: attention, then the two dense layers, each added to its input and normalised."""
    prefix = f"encoder.layer.{number}"
    query, key, value = (
        graph.dense(source, f"{prefix}.attention.self.{part}", f"{number}.{part}") for part in ("query", "key", "value")
    )
    context = graph.node(
        "MultiHeadAttention", [query, key, value], f"{number}.context", "com.microsoft", num_heads=HEADS
    )
    attended = graph.dense(context, f"{prefix}.attention.output.dense", f"{number}.attended")
    added = graph.node("Add", [attended, source], f"{number}.attended.sum")
    middle = graph.norm(added, f"{prefix}.attention.output.LayerNorm", f"{number}.middle")
    wide = graph.node("Gelu", [graph.dense(middle, f"{prefix}.intermediate.dense", f"{number}.wide")], f"{number}.gelu")
    narrow = graph.dense(wide, f"{prefix}.output.dense", f"{number}.narrow")
    both = graph.node("Add", [narrow, middle], f"{number}.sum")
    return graph.norm(both, f"{prefix}.output.LayerNorm", f"hidden.{number + 1}")


def _model(tensors: dict[str, Array]) -> Any:
    """The whole graph. Texts of one call have the same length, so there is no mask and no padding."""
    import onnx

    graph = _Graph(tensors)
    hidden = _embeddings(graph)
    for number in range(LAYERS):
        hidden = _layer(graph, hidden, number)
    axes = graph.constant("tokens", np.array([1], np.int64))
    mean = graph.node("ReduceMean", [hidden, axes], "mean", keepdims=0)
    graph.node("LpNormalization", [mean], "vectors", axis=-1, p=2)
    info = onnx.helper.make_tensor_value_info
    ids = info("ids", onnx.TensorProto.INT64, ["texts", "tokens"])
    vectors = info("vectors", onnx.TensorProto.FLOAT, ["texts", DIMENSION])
    body = onnx.helper.make_graph(graph.nodes, "all-MiniLM-L6-v2", [ids], [vectors], graph.initializers)
    domains = [onnx.helper.make_opsetid("", OPSET), onnx.helper.make_opsetid("com.microsoft", 1)]
    return onnx.helper.make_model(body, opset_imports=domains, ir_version=10)


def _quantize(source: Path, target: Path) -> None:
    """int8 weights, activations scaled per call: the only text of a call sets the scale."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(
        source,
        target,
        op_types_to_quantize=["MatMul", "Gather"],
        per_channel=True,
        weight_type=QuantType.QInt8,
        extra_options={"DefaultTensorType": 1},
    )


def build(model_dir: Path, kernel: Kernel, is_tuned: bool = True) -> Path:
    """The graph of the kernel in `model_dir`, built once (some seconds) and then only found.

    Without our deltas unless it `is_tuned`.

    Raises:
        WeightsUnavailable: the weights are not installed.
    """
    learned = deltas_hash() if is_tuned else "base"
    path = model_dir / f"all-MiniLM-L6-v2.{learned}.{kernel.value}.{BUILD_VERSION}.onnx"
    if path.exists():
        return path
    import onnx
    from safetensors.numpy import load

    model_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=model_dir, prefix=".build") as folder:
        plain, ready = Path(folder) / "fp32.onnx", Path(folder) / "ready.onnx"
        onnx.save(_model(merged(load(find_weights().safetensors), load_deltas() if is_tuned else {})), plain)
        if kernel is Kernel.INT8:
            _quantize(plain, ready)
        os.replace(ready if kernel is Kernel.INT8 else plain, path)
    return path
