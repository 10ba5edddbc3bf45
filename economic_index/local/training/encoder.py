"""The encoder in PyTorch, frozen, with low-rank deltas that train (LoRA: Hu et al. 2021): unit vectors of texts.

Names of tensors are those of the safetensors, so that deltas are merged by name (local/deltas.py). No labels here.
"""

from typing import Any

import torch
from torch import nn
from torch.nn import functional

from economic_index.local.onnx_build import EPSILON, HEADS, LAYERS

RANK, DROPOUT = 32, 0.1
DENSE = (
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "intermediate.dense",
    "output.dense",
)


class LowRank(nn.Module):
    """A frozen dense layer and what is learned about it: W + B A, and a bias of its own."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor) -> None:
        super().__init__()
        self.register_buffer("weight", weight)
        self.bias = nn.Parameter(bias.clone())
        self.down = nn.Parameter(torch.randn(RANK, weight.shape[1]) / weight.shape[1] ** 0.5)
        self.up = nn.Parameter(torch.zeros(weight.shape[0], RANK))

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """The layer with its delta, [..., out]."""
        return functional.linear(hidden, self.weight, self.bias) + functional.linear(hidden @ self.down.T, self.up)


class Norm(nn.Module):
    """Layer normalisation whose scale and shift train."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor) -> None:
        super().__init__()
        self.weight, self.bias = nn.Parameter(weight.clone()), nn.Parameter(bias.clone())

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """Normalised over the last axis."""
        return functional.layer_norm(hidden, hidden.shape[-1:], self.weight, self.bias, EPSILON)


class Encoder(nn.Module):
    """all-MiniLM-L6-v2: token ids and mask in, unit vectors [texts, 384] out."""

    def __init__(self, tensors: dict[str, Any]) -> None:
        super().__init__()
        held = {name: torch.from_numpy(value) for name, value in tensors.items() if value.dtype.kind == "f"}
        self.register_buffer("words", held["embeddings.word_embeddings.weight"])
        places = held["embeddings.position_embeddings.weight"] + held["embeddings.token_type_embeddings.weight"][0]
        self.register_buffer("places", places)
        self.norm = Norm(held["embeddings.LayerNorm.weight"], held["embeddings.LayerNorm.bias"])
        self.layers = nn.ModuleList([_layer(held, f"encoder.layer.{number}") for number in range(LAYERS)])

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Mean of the last layer over the tokens of the mask, normalised."""
        hidden = self.norm(functional.embedding(ids, self.words) + self.places[: ids.shape[1]])
        hidden = functional.dropout(hidden, DROPOUT, self.training)
        unseen = mask[:, None, None, :] == 0
        for layer in self.layers:
            hidden = self._attend(layer, hidden, unseen)
        weights = mask[..., None].to(hidden.dtype)
        mean = (hidden * weights).sum(1) / weights.sum(1)
        return functional.normalize(mean.float(), dim=-1)

    def _attend(self, layer: nn.ModuleDict, hidden: torch.Tensor, unseen: torch.Tensor) -> torch.Tensor:
        texts, tokens, width = hidden.shape
        query, key, value = (
            layer[name](hidden).view(texts, tokens, HEADS, width // HEADS).transpose(1, 2) for name in DENSE_KEYS[:3]
        )
        # torch's own kernel takes a third of a step to go back through, for heads as narrow as these
        likeness = (query @ key.transpose(2, 3)) * (width // HEADS) ** -0.5
        context = functional.softmax(likeness.masked_fill(unseen, float("-inf")), dim=-1).to(value.dtype) @ value
        context = context.transpose(1, 2).reshape(texts, tokens, width)
        attended = functional.dropout(layer[DENSE_KEYS[3]](context), DROPOUT, self.training)
        middle = layer["middle"](attended + hidden)
        narrow = layer[DENSE_KEYS[5]](functional.gelu(layer[DENSE_KEYS[4]](middle)))
        narrow = functional.dropout(narrow, DROPOUT, self.training)
        result: torch.Tensor = layer["last"](narrow + middle)
        return result


DENSE_KEYS = tuple(name.replace(".", "_") for name in DENSE)
NORMS = {"middle": "attention.output.LayerNorm", "last": "output.LayerNorm"}
NAMES = dict(zip(DENSE_KEYS, DENSE, strict=True)) | NORMS


def _layer(held: dict[str, torch.Tensor], prefix: str) -> nn.ModuleDict:
    parts: dict[str, nn.Module] = {
        key: LowRank(held[f"{prefix}.{name}.weight"], held[f"{prefix}.{name}.bias"])
        for key, name in zip(DENSE_KEYS, DENSE, strict=True)
    }
    for key, name in NORMS.items():
        parts[key] = Norm(held[f"{prefix}.{name}.weight"], held[f"{prefix}.{name}.bias"])
    return nn.ModuleDict(parts)
