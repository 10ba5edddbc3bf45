"""Turns windows into unit vectors: one text a call, so that a vector never depends on its neighbours.

No cache here (vectors.py), and no text is kept or named in an error.
"""

import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from economic_index.local.deltas import deltas_hash
from economic_index.local.kernel import Kernel, choose_kernel
from economic_index.local.onnx_build import BUILD_VERSION, DIMENSION, build
from economic_index.local.weights import SHA256, WEIGHTS_NAME, tokenizer_bytes

MODEL_NAME = "all-MiniLM-L6-v2, fine-tuned"
MAX_TOKENS = 256
MAX_CHARS = 4_000
FIXED_BATCH = 32
Vectors = npt.NDArray[np.float32]
Report = Callable[[int, int], None]


def encoder_hash(kernel: Kernel, is_tuned: bool = True) -> str:
    """Identity of a vector's maker: weights, deltas, graph, kernel and length of the window."""
    parts = (SHA256[WEIGHTS_NAME], deltas_hash() if is_tuned else "", BUILD_VERSION, kernel.value, str(MAX_TOKENS))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def available_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Embedder:
    """The encoder, ready to run: as many single-threaded calls at once as there are cores.

    `is_tuned` is false for the base weights as they came: what fine-tuning is held against.
    """

    def __init__(
        self, model_dir: Path, kernel: Kernel | None = None, threads: int | None = None, *, is_tuned: bool = True
    ) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        self.kernel = kernel or choose_kernel()
        self.model_hash = encoder_hash(self.kernel, is_tuned)
        self.threads = threads or available_cores()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        path = build(model_dir, self.kernel, is_tuned)
        self._session = onnxruntime.InferenceSession(str(path), options, ["CPUExecutionProvider"])
        self._tokenizer: Any = Tokenizer.from_str(tokenizer_bytes().decode())
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)

    def token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text, cut at 256, with the two special tokens."""
        cut = [text[:MAX_CHARS] for text in texts]
        return [encoding.ids for encoding in self._tokenizer.encode_batch(cut)]

    def embed(self, texts: Sequence[str], report: Report = lambda done, of: None) -> Vectors:
        """Unit vectors, [texts, 384]; `report` hears how many are done."""
        return self.embed_ids(self.token_ids(texts), report)

    def embed_ids(self, ids: Sequence[Sequence[int]], report: Report = lambda done, of: None) -> Vectors:
        """The same from token ids."""
        vectors = np.empty((len(ids), DIMENSION), np.float32)
        with ThreadPoolExecutor(self.threads) as pool:
            for place, vector in enumerate(pool.map(self._one, ids)):
                vectors[place] = vector
                report(place + 1, len(ids))
        return vectors

    def embed_fixed(self, texts: Sequence[str], report: Report = lambda done, of: None) -> Vectors:
        """Vectors of a set of short texts that is always embedded as a whole, such as the bank.

        In fp32 texts of equal length share a call, which is faster and differs in the seventh decimal; in
        int8 the texts of a call would share a scale, so each has its own.
        """
        ids = self.token_ids(texts)
        if self.kernel is Kernel.INT8:
            return self.embed_ids(ids, report)
        vectors = np.empty((len(ids), DIMENSION), np.float32)
        done = 0
        with ThreadPoolExecutor(self.threads) as pool:
            groups = _equal_lengths(ids)
            run = lambda group: self._run([ids[place] for place in group])  # noqa: E731
            for places, part in zip(groups, pool.map(run, groups), strict=True):
                vectors[places] = part
                done += len(places)
                report(done, len(ids))
        return vectors

    def _one(self, ids: Sequence[int]) -> Vectors:
        vector: Vectors = self._run([ids])[0]
        return vector

    def _run(self, ids: Sequence[Sequence[int]]) -> Vectors:
        vectors: Vectors = self._session.run(None, {"ids": np.asarray(ids, np.int64)})[0]
        return vectors


def _equal_lengths(ids: Sequence[Sequence[int]]) -> list[list[int]]:
    """Places of texts of equal length, at most 32 together, in a fixed order."""
    by_length: dict[int, list[int]] = {}
    for place, tokens in enumerate(ids):
        by_length.setdefault(len(tokens), []).append(place)
    return [
        places[start : start + FIXED_BATCH]
        for _, places in sorted(by_length.items())
        for start in range(0, len(places), FIXED_BATCH)
    ]
