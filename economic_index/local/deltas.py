"""What fine-tuning learned, merged onto the pinned base weights when the model is built.

A dense layer is W + B A (LoRA: Hu et al. 2021) with a bias of its own; layer norms are replaced. Arrays only, no code.
"""

import hashlib
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt

DELTAS = "deltas.safetensors"
UP, DOWN = ".up", ".down"
Array = npt.NDArray[np.float32]


def _bytes() -> bytes:
    return resources.files("economic_index.local").joinpath("heads", DELTAS).read_bytes()


@cache
def deltas_hash() -> str:
    """Identity of the committed deltas, 12 hex characters."""
    return hashlib.sha256(_bytes()).hexdigest()[:12]


def load_deltas() -> dict[str, Array]:
    """The committed deltas in single precision, by name of the tensor that they change."""
    from safetensors.numpy import load

    return {name: value.astype(np.float32) for name, value in load(_bytes()).items()}


def merged(base: dict[str, Array], deltas: dict[str, Array]) -> dict[str, Array]:
    """The base tensors with what was learned: `x.weight` + `x.up` @ `x.down`; other names replace.

    Raises:
        ValueError: a delta is of a tensor that the base does not have, or has another shape.
    """
    tensors = dict(base)
    for name, value in deltas.items():
        if name.endswith(DOWN):
            continue
        target = name.removesuffix(UP) + ".weight" if name.endswith(UP) else name
        change = value @ deltas[name.removesuffix(UP) + DOWN] if name.endswith(UP) else value
        if target not in base or base[target].shape != change.shape:
            raise ValueError(f"the deltas do not belong to these weights: {name}")
        tensors[target] = base[target] + change if name.endswith(UP) else change
    return tensors
