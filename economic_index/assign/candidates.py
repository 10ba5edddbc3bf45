"""The statements among which a model chooses, with their vectors, and the nearest of them to a request.

Without O*NET's statements the task bank's own sentences stand in for them. Nothing is asked here.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from economic_index.local.bank import bank_version, load_bank
from economic_index.local.embedder import Embedder, Report
from economic_index.local.vectors import VectorStore, bank_maker

Vectors = npt.NDArray[np.float32]
OPTIONS = 20
BANK, STATEMENTS = "bank", "onet"


@dataclass(frozen=True)
class Candidates:
    """Sentences by id: statement hashes of one O*NET version, or tasks of the bank; `version` names the set."""

    kind: str
    ids: tuple[str, ...]
    texts: tuple[str, ...] = field(repr=False)
    vectors: Vectors = field(repr=False)
    version: str

    def nearest(self, vectors: Vectors, count: int = OPTIONS) -> npt.NDArray[np.int64]:
        """Places of the nearest sentences, nearest first, ties in order of the set: [requests, count]."""
        likeness = vectors @ self.vectors.T
        count = min(count, likeness.shape[1])
        near = np.argpartition(-likeness, count - 1, axis=1)[:, :count]
        near.sort(axis=1)
        order = np.argsort(-np.take_along_axis(likeness, near, axis=1), axis=1, kind="stable")
        places: npt.NDArray[np.int64] = np.take_along_axis(near, order, axis=1).astype(np.int64)
        return places


def sentences(statements: pd.DataFrame, onet_version: str) -> tuple[str, list[str], list[str]]:
    """Kind, ids and texts: the statements of the version if they are in the home, else the bank's labels."""
    own = statements.loc[statements["onet_version"] == onet_version].sort_values("statement_hash")
    if len(own):
        return STATEMENTS, own["statement_hash"].tolist(), own["statement"].tolist()
    bank = sorted(load_bank(), key=lambda task: task.bank_task_id)
    return BANK, [task.bank_task_id for task in bank], [task.label for task in bank]


def candidates_version(statements: pd.DataFrame, onet_version: str, encoder: str) -> str:
    """Kind of the sentences, and a hash of them and of what finds them; read without embedding anything."""
    kind, ids, _ = sentences(statements, onet_version)
    words = ids if kind == STATEMENTS else [bank_version()]
    return f"{kind}-{_hash([*words, onet_version, encoder, str(OPTIONS)])[:8]}"


def open_candidates(
    statements: pd.DataFrame, onet_version: str, embedder: Embedder, store: VectorStore, report: Report
) -> Candidates:
    """The sentences with their vectors, embedded once a home (some minutes for the statements)."""
    kind, ids, texts = sentences(statements, onet_version)
    maker = bank_maker(embedder.model_hash)
    keys = [_hash([text])[:32] for text in texts]
    known = store.get(maker, keys)
    if len(known) < len(set(keys)):
        vectors = embedder.embed_fixed(texts, report)
        store.put(maker, zip(keys, vectors, strict=True))
    else:
        vectors = np.stack([known[key] for key in keys])
    version = candidates_version(statements, onet_version, embedder.model_hash)
    return Candidates(kind, tuple(ids), tuple(texts), vectors, version)


@dataclass
class RequestVectors:
    """Vectors of abstracted requests, kept under the content that each was abstracted from: forgotten with it."""

    embedder: Embedder
    store: VectorStore
    maker: str

    def of(self, contents: Sequence[str], texts: Sequence[str]) -> Vectors:
        """One vector a request; equal texts are embedded once."""
        known: dict[str, Any] = dict(self.store.get(self.maker, contents))
        lacking: dict[str, list[str]] = {}
        for content, text in zip(contents, texts, strict=True):
            if content not in known:
                lacking.setdefault(text, []).append(content)
        if lacking:
            fresh = self.embedder.embed(list(lacking))
            made = {
                content: vector for vector, owners in zip(fresh, lacking.values(), strict=True) for content in owners
            }
            self.store.put(self.maker, made.items())
            known |= made
        return np.stack([known[content] for content in contents])


def _hash(parts: Sequence[str]) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
