"""Ids counted once each are as many as a set of them holds."""

import random

from economic_index.conversations.distinct import DistinctIds


def test_as_many_as_a_set_holds_in_whatever_portions_they_come() -> None:
    draw = random.Random(3)
    known, wanted = DistinctIds(), set()
    for size in (0, 1, 9_999, 2, 30_000, 5, 40_000):
        ids = [f"u1{draw.randrange(50_000):026d}" for _ in range(size)]
        known.add(ids)
        wanted |= set(ids)
        assert len(known) == len(wanted)


def test_ids_of_different_lengths_are_different() -> None:
    known = DistinctIds()
    known.add(["u1", "u1a"])
    known.add(["u1ab", "u1"])
    assert len(known) == 3
