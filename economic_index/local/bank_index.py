"""Embeds the bank once per home, and puts it in the form that retrieval scores with.

How tasks are scored and picked is assign/retrieval.py's.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from economic_index.assign.retrieval import BankIndex, build_index
from economic_index.local.bank import load_bank
from economic_index.local.embedder import Embedder, Report
from economic_index.local.vectors import VectorStore, bank_maker
from economic_index.taxonomy import facts


def soc_groups() -> tuple[str, ...]:
    """The two-digit SOC major groups, ascending: the order of `soc_group_probabilities`."""
    return tuple(sorted(str(group) for group in facts.load("soc_groups")["soc_group"]))


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _bank_vectors(
    texts: Sequence[str], embedder: Embedder, store: VectorStore, report: Report
) -> npt.NDArray[np.float32]:
    """Vectors of the bank's own texts, all of them embedded together if any is new."""
    maker = bank_maker(embedder.model_hash)
    keys = [_key(text) for text in texts]
    known = store.get(maker, keys)
    if len(known) < len(set(keys)):
        vectors = embedder.embed_fixed(texts, report)
        store.put(maker, zip(keys, vectors, strict=True))
        return vectors
    return np.stack([known[key] for key in keys])


def open_index(
    embedder: Embedder, store: VectorStore, activities: Sequence[str], report: Report = lambda done, of: None
) -> BankIndex:
    """The bank, ready to be searched; `activities` are the labels of the head of work activities."""
    tasks = load_bank()
    examples = [example for task in tasks for example in task.examples]
    texts = examples + [task.label for task in tasks]
    vectors = _bank_vectors(texts, embedder, store, report)
    return build_index(
        tasks,
        vectors[: len(examples)],
        vectors[len(examples) :],
        activities,
        soc_groups(),
        facts.iwas_of_statements("20.1"),
    )
