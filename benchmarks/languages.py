"""python -m benchmarks.languages: how often the nearest task of the bank is the right one, by the request's language.

Why other languages are not classified: the encoder is an English one. English requests are each found by the others of
their task (leave one out); requests in other languages by all of the task's English ones.
"""

import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt

from economic_index.assign.retrieval import LABEL_WEIGHT
from economic_index.local.bank import load_bank, requests_in_other_languages
from economic_index.local.embedder import Embedder

Vectors = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]


def nearest(vectors: Vectors, owners: Places, examples: Vectors, of: Places, labels: Vectors) -> float:
    """Share of requests whose nearest task (nearest example, and the label) is their own."""
    cosines = vectors @ examples.T
    cosines[cosines > 1 - 1e-6] = -1  # itself
    starts = np.flatnonzero(np.diff(of, prepend=-1))
    scores = np.maximum.reduceat(cosines, starts, axis=1) + LABEL_WEIGHT * (vectors @ labels.T)
    return float(np.mean(scores.argmax(axis=1) == owners))


def main() -> None:
    """Print a row a language."""
    tasks, said = load_bank(), requests_in_other_languages()
    place = {task.bank_task_id: number for number, task in enumerate(tasks)}
    with tempfile.TemporaryDirectory() as folder:
        embedder = Embedder(Path(folder))
        labels = embedder.embed_fixed([task.label for task in tasks])
        examples = embedder.embed_fixed([example for task in tasks for example in task.examples])
        of = np.repeat(np.arange(len(tasks)), [len(task.examples) for task in tasks])
        own = [number for number, owner in enumerate(of) if tasks[owner].bank_task_id in said]
        shares = {"en": nearest(examples[own], of[own], examples, of, labels)}
        for language in sorted({name for requests in said.values() for name in requests}):
            vectors = embedder.embed([requests[language] for requests in said.values()])
            shares[language] = nearest(vectors, np.array([place[name] for name in said]), examples, of, labels)
    print(f"{len(said)} tasks of {len(tasks)}; the nearest task is the request's own:")
    for language, share in shares.items():
        print(f"  {language}: {share:.2f}")


if __name__ == "__main__":
    main()
