"""Sums of projected vectors: what is kept, what is left out, and that nothing of it moves from week to week."""

import hashlib
import math

import numpy as np
import pandas as pd
import pytest

from economic_index.contracts.drift import VECTOR_SUMMARIES
from economic_index.drift.user_groups import GROUPS, user_groups
from economic_index.drift.vector_summaries import DIRECTIONS, directions, summaries_of, summarised

SIZE = 384


def conversations(users: list[str | None], weights: list[float] | None = None) -> pd.DataFrame:
    names = [f"c{number}" for number in range(len(users))]
    hashes = [f"h{number}" for number in range(len(users))]
    rows = {"conversation_id": names, "user_id": users, "content_hash": hashes, "weight": weights or [1.0] * len(users)}
    return pd.DataFrame(rows)


def vectors(count: int) -> dict[str, np.ndarray]:
    drawn = np.random.default_rng(4).normal(size=(count, SIZE)).astype(np.float32)
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    return {f"h{number}": vector for number, vector in enumerate(drawn)}


def test_sums_of_a_group_are_those_of_its_conversations() -> None:
    users = ["ann", "ben", "ann", None, "cleo", "ann"]
    rows = conversations(users, [1.0, 1.0, 2.5, 1.0, 1.0, 1.0])
    known = vectors(5)  # the last one has none
    found = summarised(rows, known, "encoder").set_index("user_group")
    assert set(found["maker"]) == {"encoder.projection-1"}
    assert found["conversation_count"].sum() == 5
    assert found["user_count"].sum() == 3
    assert found["unknown_count"].sum() == 1
    own = found.loc[user_groups(rows)[0]]
    first, third = (known[name].astype(float) @ directions(SIZE) for name in ("h0", "h2"))
    assert [own["user_count"], own["conversation_count"]] == [1, 2]
    assert [own["weight_sum"], own["weight_square_sum"]] == [3.5, 1 + 2.5**2]
    np.testing.assert_allclose(own["vector_sum"], first + 2.5 * third, atol=1e-6)
    assert own["square_sum"] == pytest.approx(first @ first + 2.5 * third @ third, abs=1e-6)


def test_no_id_and_no_vector_is_kept() -> None:
    rows = summarised(conversations(["ann", None]), vectors(2), "encoder")
    assert not [name for name in rows.columns if "_id" in name or "hash" in name]
    assert all(len(each) == DIRECTIONS < SIZE / 4 for each in rows["vector_sum"])


def test_a_user_is_in_one_group_in_every_week_and_the_unknown_are_each_their_own() -> None:
    first = user_groups(conversations([f"user {number}" for number in range(400)]))
    later = user_groups(conversations([f"user {number}" for number in reversed(range(400))]))
    assert first.tolist() == later[::-1].tolist()
    assert set(first) == set(range(GROUPS))
    unknown = user_groups(conversations([None] * 400))
    assert len(set(unknown)) == GROUPS
    assert user_groups(conversations(["c0"]))[0] != unknown[0]  # a user named as a conversation is not that one


def test_directions_keep_squared_distances_on_average_and_never_change() -> None:
    signs = directions(SIZE)
    assert set(np.unique(np.abs(signs)).round(12)) == {0.125}
    drawn = np.stack(list(vectors(400).values())).astype(float)
    between = drawn[:200] - drawn[200:]
    ratio = ((between @ signs) ** 2).sum(axis=1) / (between**2).sum(axis=1)
    assert ratio.mean() == pytest.approx(1, abs=0.03)
    assert ratio.std() == pytest.approx(math.sqrt(2 / DIRECTIONS), rel=0.2)
    # another projection would not compare with the weeks that are committed
    assert hashlib.sha256(np.packbits(signs > 0).tobytes()).hexdigest()[:16] == "8c115efc2ec62c54"


def test_a_week_without_vectors_and_an_engine_without_them_have_no_rows() -> None:
    for rows in (
        summarised(conversations(["ann"]), {}, "encoder"),
        summaries_of(object(), conversations(["ann"]), iter([])),
    ):
        assert rows.empty
        assert list(rows.columns) == list(VECTOR_SUMMARIES.schema.columns)
