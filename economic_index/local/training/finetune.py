"""Fine-tunes the encoder on several heads at once, and brings chat, abstracted request and task together.

Development only (`make train`). What is written are low-rank deltas and heads as arrays: no text, no vector, no code.
"""

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import load, save_file
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional

from economic_index.local.bank_index import soc_groups
from economic_index.local.deltas import DELTAS, DOWN, UP
from economic_index.local.embedder import MAX_CHARS, MAX_TOKENS
from economic_index.local.fit import save_arrays
from economic_index.local.heads import ARRAYS, SHAPE_LIMIT, VECTOR_SCALE
from economic_index.local.onnx_build import DIMENSION
from economic_index.local.training.encoder import NAMES, Encoder
from economic_index.local.training.examples import Examples, bank_texts, examples_of, held_out, training_rows
from economic_index.local.weights import find_weights

SEED, BATCH = 20261126, 16
RATES = {"low_rank": 6e-4, "small": 3e-4, "heads": 2e-3}
WARM_UP, DECAY = 0.1, 0.01
ALIGNMENT, BANK, TEMPERATURE = 0.3, 0.15, 0.05
ACTIVITIES = "activities"
HEAD_WEIGHT = {ACTIVITIES: 0.5, "is_occupational": 0.5}
# about what quantising does to a vector: heads learn to live with it
NOISE = 0.006
SHORT_TOKENS, EPOCHS = 64, 4
# one: sums are taken in one order on any machine, and beside other work two would wait for each other
THREADS = 1
LABELS = "labels.json"


class Heads(nn.Module):
    """Linear heads over the vector and the standardised shape, as at run time (local/heads.py)."""

    def __init__(self, labels: dict[str, list[str]], shapes: int) -> None:
        super().__init__()
        width = {ACTIVITIES: DIMENSION}
        self.heads = nn.ModuleDict(
            {name: nn.Linear(width.get(name, DIMENSION + shapes), len(known)) for name, known in labels.items()}
        )
        for head in self.heads.values():
            nn.init.zeros_(head.weight)
            nn.init.zeros_(head.bias)

    def forward(self, vectors: torch.Tensor, shapes: torch.Tensor) -> dict[str, torch.Tensor]:
        """Logits by head."""
        bare = vectors * VECTOR_SCALE
        inputs = torch.cat([bare, shapes], dim=1)
        return {name: head(bare if name == ACTIVITIES else inputs) for name, head in self.heads.items()}


class Tokens:
    """Token ids of texts, padded to the longest of a batch."""

    def __init__(self) -> None:
        self.tokenizer = Tokenizer.from_str(find_weights().tokenizer.decode())
        self.tokenizer.no_padding()

    def ids(self, texts: Sequence[str], limit: int = MAX_TOKENS) -> list[list[int]]:
        """Ids of each text."""
        self.tokenizer.enable_truncation(limit)
        return [encoding.ids for encoding in self.tokenizer.encode_batch([text[:MAX_CHARS] for text in texts])]

    @staticmethod
    def padded(ids: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
        """Ids and mask, [texts, longest]."""
        longest = max(map(len, ids))
        padded = torch.zeros(len(ids), longest, dtype=torch.long)
        mask = torch.zeros(len(ids), longest)
        for place, tokens in enumerate(ids):
            padded[place, : len(tokens)] = torch.tensor(tokens)
            mask[place, : len(tokens)] = 1
        return padded, mask


def batches(lengths: Sequence[int], rng: np.random.Generator) -> Iterator[list[int]]:
    """All places once, in batches of like length in random order."""
    order = rng.permutation(len(lengths))
    pools = [order[start : start + BATCH * 16] for start in range(0, len(order), BATCH * 16)]
    found = []
    for pool in pools:
        ranked = sorted(pool.tolist(), key=lambda place: lengths[place])
        found += [ranked[start : start + BATCH] for start in range(0, len(ranked), BATCH)]
    for place in rng.permutation(len(found)):
        yield found[place]


def alignment(left: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """Symmetric in-batch contrast of pairs (van den Oord et al. 2018)."""
    scores = left @ right.T / TEMPERATURE
    truth = torch.arange(len(scores))
    return (functional.cross_entropy(scores, truth) + functional.cross_entropy(scores.T, truth)) / 2


def head_losses(logits: dict[str, torch.Tensor], targets: dict[str, torch.Tensor]) -> torch.Tensor:
    """Cross-entropy of soft targets, summed over heads; rows without a target do not count."""
    total = torch.zeros(())
    for name, values in logits.items():
        target = targets[name]
        has = target.sum(1) > 0
        if has.any():
            loss = -(target[has] * functional.log_softmax(values[has], 1)).sum(1).mean()
            total = total + HEAD_WEIGHT.get(name, 1.0) * loss
    return total


class Training:
    """Encoder, heads and data; `run` trains, `vectors` embeds."""

    def __init__(self, examples: Examples, epochs: int) -> None:
        torch.set_num_threads(THREADS)
        torch.manual_seed(SEED)
        self.rng = np.random.default_rng(SEED)
        self.data, self.epochs, self.tokens = examples, epochs, Tokens()
        self.encoder = Encoder(load(find_weights().safetensors))
        self.mean, self.spread = examples.shapes.mean(0), np.maximum(examples.shapes.std(0), 1e-6)
        self.heads = Heads(examples.labels, examples.shapes.shape[1])
        self.bank = [(label, texts) for label, texts in bank_texts() if texts]

    def standard(self, shapes: Any) -> torch.Tensor:
        """Shapes as the heads read them."""
        return torch.from_numpy(np.clip((shapes - self.mean) / self.spread, -SHAPE_LIMIT, SHAPE_LIMIT).astype("f4"))

    def _optimizer(self, steps: int) -> tuple[Any, Any]:
        low = [value for name, value in self.encoder.named_parameters() if name.endswith((".up", ".down"))]
        small = [value for name, value in self.encoder.named_parameters() if not name.endswith((".up", ".down"))]
        groups = [
            {"params": low, "lr": RATES["low_rank"]},
            {"params": small, "lr": RATES["small"], "weight_decay": 0.0},
            {"params": list(self.heads.parameters()), "lr": RATES["heads"]},
        ]
        optimizer = torch.optim.AdamW(groups, weight_decay=DECAY)
        rise = max(1, int(WARM_UP * steps))
        rate = torch.optim.lr_scheduler.LambdaLR(
            optimizer, lambda step: min((step + 1) / rise, (steps - step) / max(1, steps - rise))
        )
        return optimizer, rate

    def _embed(self, ids: Sequence[Sequence[int]]) -> torch.Tensor:
        with torch.autocast("cpu", torch.bfloat16):
            vectors: torch.Tensor = self.encoder(*Tokens.padded(ids))
        return vectors

    def _bank_loss(self) -> torch.Tensor:
        chosen = self.rng.choice(len(self.bank), BATCH, replace=False)
        left, right = [], []
        for place in chosen:
            label, texts = self.bank[place]
            left.append(texts[self.rng.integers(len(texts))])
            right.append(label if self.rng.random() < 0.5 else texts[self.rng.integers(len(texts))])
        return alignment(
            self._embed(self.tokens.ids(left, SHORT_TOKENS)), self._embed(self.tokens.ids(right, SHORT_TOKENS))
        )

    def run(self, log: Any = print) -> None:
        """All epochs."""
        ids, requests = self.tokens.ids(self.data.windows), self.tokens.ids(self.data.requests, SHORT_TOKENS)
        shapes = self.standard(self.data.shapes)
        targets = {name: torch.from_numpy(target) for name, target in self.data.targets.items()}
        lengths = [len(one) for one in ids]
        steps = self.epochs * sum(1 for _ in batches(lengths, np.random.default_rng(0)))
        optimizer, rate = self._optimizer(steps)
        self.encoder.train()
        began, done, seen = time.monotonic(), 0, 0.0
        for epoch in range(self.epochs):
            for places in batches(lengths, self.rng):
                vectors = self._embed([ids[place] for place in places])
                heard = functional.normalize(vectors + NOISE * torch.randn_like(vectors), dim=-1)
                wanted = {name: target[places] for name, target in targets.items()}
                loss = head_losses(self.heads(heard, shapes[places]), wanted)
                loss = loss + ALIGNMENT * alignment(vectors, self._embed([requests[place] for place in places]))
                loss = loss + BANK * self._bank_loss()
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_([*self.encoder.parameters(), *self.heads.parameters()], 1.0)
                optimizer.step()
                rate.step()
                done, seen = done + 1, seen + loss.item()
                if done % 50 == 0:
                    spent = time.monotonic() - began
                    log(f"epoch {epoch + 1}, step {done} of {steps}, loss {seen / 50:.3f}, {spent:.0f} s")
                    seen = 0.0

    @torch.no_grad()
    def vectors(self, texts: Sequence[str]) -> torch.Tensor:
        """Vectors of texts in fp32."""
        self.encoder.eval()
        ids = self.tokens.ids(texts)
        return torch.cat([self.encoder(*Tokens.padded([one])) for one in ids])


def deltas_of(encoder: Encoder) -> dict[str, Any]:
    """What training changed, under the names of the base's tensors, in half precision."""
    found = {}
    for name, value in encoder.named_parameters():
        if name.startswith("norm."):
            found[f"embeddings.LayerNorm.{name.removeprefix('norm.')}"] = value
            continue
        _, number, key, kind = name.split(".")
        suffix = {"up": UP, "down": DOWN}.get(kind, f".{kind}")
        found[f"encoder.layer.{number}.{NAMES[key]}{suffix}"] = value
    return {name: value.detach().numpy().astype(np.float16) for name, value in sorted(found.items())}


def arrays_of(trained: Training) -> dict[str, Any]:
    """Heads as the engine reads them: weights [inputs + 1, labels], bias last; the shapes' centre and spread."""
    arrays = {
        name: np.vstack([head.weight.detach().numpy().T, head.bias.detach().numpy()]).astype(np.float32)
        for name, head in trained.heads.heads.items()
    }
    return arrays | {"shape_mean": trained.mean.astype(np.float64), "shape_spread": trained.spread.astype(np.float64)}


def main(arguments: Sequence[str] | None = None) -> None:
    """Fine-tune on all that is not held out, and write deltas, heads and their labels."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, default=Path(".oei/train"))
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    given = parser.parse_args(arguments)
    rows = training_rows()
    examples = examples_of(rows, soc_groups())
    away = held_out()
    trained = Training(examples.part([place for place, row in enumerate(rows) if row["id"] not in away]), given.epochs)
    trained.run(lambda line: print(line, flush=True))
    given.into.mkdir(parents=True, exist_ok=True)
    save_file(deltas_of(trained.encoder), given.into / DELTAS)
    save_arrays(given.into / ARRAYS, arrays_of(trained))
    (given.into / LABELS).write_text(json.dumps(examples.labels))


if __name__ == "__main__":
    main()
