"""Groups of sentences that lie close together: k-means, the same every time on one machine.

No text is seen here, and nothing is named.
"""

from math import ceil

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
STEPS = 60


def neighbourhoods(vectors: Vectors, mean_size: int, largest: int, seed: int = 0) -> list[list[int]]:
    """Places of the vectors in groups of about `mean_size` and at most `largest`, in order of their first members.

    A group that came out too large is divided again.
    """
    groups: list[list[int]] = []
    waiting = [(list(range(len(vectors))), max(1, round(len(vectors) / mean_size)))]
    while waiting:
        places, count = waiting.pop()
        for group in _divided(vectors, places, count, seed):
            if len(group) <= largest:
                groups.append(group)
            elif len(group) < len(places):
                waiting.append((group, ceil(len(group) / largest) + 1))
            else:  # all alike
                groups += [group[start : start + largest] for start in range(0, len(group), largest)]
    return sorted(groups)


def _divided(vectors: Vectors, places: list[int], count: int, seed: int) -> list[list[int]]:
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # comes with scikit-learn

    points = np.unique(vectors[places], axis=0)
    count = min(count, len(points))
    if count <= 1:
        return [places] if places else []
    # sums of several threads end in another order each time
    with threadpool_limits(limits=1):
        means = KMeans(count, n_init=1, max_iter=STEPS, random_state=seed)
        labels = means.fit_predict(vectors[places].astype(np.float64))
    groups: dict[int, list[int]] = {}
    for place, label in zip(places, labels, strict=True):
        groups.setdefault(int(label), []).append(place)
    return list(groups.values())


def nearest(vectors: Vectors, to: Vectors, count: int) -> npt.NDArray[np.int64]:
    """For each vector the places of the `count` most like it, best first, ties in their order: [vectors, count]."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        likeness = vectors.astype(np.float64) @ to.astype(np.float64).T
    order = np.argsort(-likeness, axis=1, kind="stable")[:, :count]
    return order.astype(np.int64)


def central(vectors: Vectors, places: list[int], count: int) -> list[int]:
    """The places nearest to the middle of their group."""
    middle = vectors[places].astype(np.float64).mean(axis=0, keepdims=True)
    distances = ((vectors[places] - middle) ** 2).sum(axis=1)
    return [places[at] for at in np.argsort(distances, kind="stable")[:count]]
