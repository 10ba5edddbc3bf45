"""Walks a conversation's tree from a leaf up by parent pointer, whatever the pointers do.

Never down by the first child: that silently takes an abandoned branch. What a node says is not known here.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from economic_index.conversations.times import EPOCH


class Path(NamedTuple):
    """Node ids from the root to a leaf. `is_cyclic`: a node came twice; `is_cut`: a parent is not in the tree."""

    nodes: list[str]
    is_cyclic: bool
    is_cut: bool


def path_to(leaf: str, parents: Mapping[str, str | None]) -> Path:
    """The path that ends in `leaf`; a node seen before, or a parent that is not there, ends the walk."""
    path: list[str] = []
    visited: set[str] = set()
    node: str | None = leaf
    while node is not None and node in parents and node not in visited:
        visited.add(node)
        path.append(node)
        node = parents[node]
    path.reverse()
    return Path(path, node in visited, node is not None and node not in parents)


def newest_leaf(parents: Mapping[str, str | None], time_of: Callable[[str], datetime | None]) -> str | None:
    """The newest node that is nobody's parent; in a ring, which has none, the newest node.

    Without times, or where they are equal, the last in order. None if there are no nodes.
    """
    inner = set(parents.values())
    leaves = [node for node in parents if node not in inner] or list(parents)
    return max(reversed(leaves), key=lambda node: time_of(node) or EPOCH, default=None)


def branch_points(parents: Mapping[str, str | None]) -> list[str | None]:
    """Nodes with more than one child; None stands for the place above several roots."""
    children = Counter(parents.values())
    return [node for node, count in children.items() if count > 1]
