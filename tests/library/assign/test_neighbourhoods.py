"""Neighbourhoods divide a set: everything once, none too large, the same each time."""

import numpy as np
import pytest

from economic_index.assign.neighbourhoods import central, nearest, neighbourhoods


def cloud(count, seed=3):
    points = np.random.default_rng(seed).normal(size=(count, 12)).astype(np.float32)
    return points / np.linalg.norm(points, axis=1, keepdims=True)


@pytest.mark.parametrize("count", [1, 2, 7, 39, 200])
def test_every_place_is_in_one_neighbourhood(count):
    groups = neighbourhoods(cloud(count), 10, 15)
    assert sorted(place for group in groups for place in group) == list(range(count))
    assert max(map(len, groups)) <= 15


def test_their_mean_size_is_as_asked_and_they_are_the_same_each_time():
    groups = neighbourhoods(cloud(400), 20, 40)
    assert 14 <= 400 / len(groups) <= 21
    assert neighbourhoods(cloud(400), 20, 40) == groups
    assert neighbourhoods(cloud(400), 20, 40, seed=1) != groups


def test_what_is_all_alike_is_divided_too():
    same = np.tile(cloud(1), (100, 1))
    groups = neighbourhoods(same, 10, 30)
    assert [len(group) for group in groups] == [30, 30, 30, 10]


def test_alike_things_are_together():
    points = np.concatenate([cloud(1) + 0.001 * cloud(20, 1), -cloud(1) + 0.001 * cloud(20, 2)])
    assert neighbourhoods(points, 20, 40) == [list(range(20)), list(range(20, 40))]


def test_the_nearest_come_first_and_ties_in_their_order():
    axes = np.eye(4, dtype=np.float32)
    assert nearest(axes[:1], axes, 3).tolist() == [[0, 1, 2]]
    assert nearest(axes[2:3], axes[::-1], 9).tolist() == [[1, 0, 2, 3]]


def test_the_middle_of_a_group_is_named_first():
    line = np.array([[0.0], [1.0], [2.0], [3.0], [10.0]], np.float32)
    assert central(line, [0, 1, 2, 3, 4], 2) == [3, 2]
    assert central(line, [0, 1, 2], 1) == [1]
