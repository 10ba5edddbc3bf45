"""The task that the pinned encoder finds before any fine-tuning: the hardest decoy there is without a second model.

No head and no prior: the conversation's window, and the examples and labels that lie nearest to it.
"""

from collections.abc import Sequence
from pathlib import Path

from economic_index.assign.retrieval import likeness
from economic_index.evaluate.items import Item
from economic_index.labels.corpus import open_parts
from economic_index.local.bank_index import open_index
from economic_index.local.embedder import Embedder
from economic_index.local.kernel import Kernel
from economic_index.local.vectors import VectorStore
from economic_index.local.window import render

NAME = "all-MiniLM-L6-v2, as it came"


def nearest_tasks(items: Sequence[Item], model_dir: Path, store: VectorStore) -> dict[str, str]:
    """The task of the bank whose examples and label are nearest to each item's first part, by item."""
    embedder = Embedder(model_dir, Kernel.FP32, is_tuned=False)
    index = open_index(embedder, store, activities=())
    parts = open_parts()
    vectors = embedder.embed([render(parts[item.id].turns) for item in items])
    nearest = likeness(vectors, index).argmax(axis=1)
    return {item.id: index.task_ids[place] for item, place in zip(items, nearest, strict=True)}
