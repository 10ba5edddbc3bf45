"""The task hierarchy as data: kinds of work above the sentences of a set, level by level, every node under one parent.

How it is built stands in hierarchy_build.py, how a conversation goes down it in traversal.py. Nothing is asked here.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd

from economic_index.assign.candidates import Candidates
from economic_index.contracts import validated
from economic_index.contracts.hierarchy import TASK_HIERARCHY
from economic_index.facets.naming import same_name

MOST_OPTIONS = 80
"""Children that a node may have. All are shown at once, by number out of one fixed list, which a grammar must hold."""
ROOT = ""


class HierarchyBroken(Exception):
    """Nodes that are no hierarchy, or of other sentences than are at hand; the message says what to do."""


class HierarchyMissing(Exception):
    """An algorithm needs a hierarchy, and none was built over these sentences; the message says what to do."""


@dataclass(frozen=True)
class Node:
    """One node: the root (level 0), a kind of work, or a sentence of the set."""

    node_id: str
    level: int
    name: str = field(repr=False)
    children: tuple[str, ...] = ()


class Parent(NamedTuple):
    """A kind of work while the tree is being built: its name, and the ids of what is right under it."""

    name: str
    children: tuple[str, ...]

    @property
    def node_id(self) -> str:
        """Of what is under it, so that it does not depend on the order in which nodes were made."""
        return _hash(sorted(self.children))[:12]


@dataclass(frozen=True)
class Maker:
    """Who built a hierarchy, and with which prompts."""

    engine: str
    model: str
    version: str


@dataclass(frozen=True)
class Hierarchy:
    """A tree over the sentences of a set; `nodes` by id, the root under an empty one."""

    hierarchy_id: str
    kind: str
    onet_version: str
    sentences_hash: str
    maker: Maker
    nodes: Mapping[str, Node] = field(repr=False)

    @property
    def depth(self) -> int:
        """Levels under the root: so many steps lead to a sentence."""
        return max(node.level for node in self.nodes.values())

    @property
    def root(self) -> Node:
        """Where every way begins."""
        return self.nodes[ROOT]

    def is_leaf(self, node: Node) -> bool:
        """Whether the node is a sentence of the set."""
        return not node.children

    def children_of(self, node: Node) -> list[Node]:
        """The options of a node, in their fixed order."""
        return [self.nodes[name] for name in node.children]

    def counts(self) -> dict[int, int]:
        """Number of nodes by level, the top first."""
        levels = [node.level for node in self.nodes.values() if node.level]
        return {level: levels.count(level) for level in sorted(set(levels))}

    def leaf_counts(self) -> dict[str, int]:
        """Number of sentences under each node."""
        found: dict[str, int] = {}
        for node in sorted(self.nodes.values(), key=lambda node: -node.level):
            found[node.node_id] = sum(found[child] for child in node.children) or 1
        return found

    def frame(self) -> pd.DataFrame:
        """Rows of reference/task_hierarchy, top first; sentences are not in it."""
        parents = {child: node.node_id for node in self.nodes.values() for child in node.children}
        leaves = self.leaf_counts()
        rows = [
            {
                "level": node.level,
                "node_id": node.node_id,
                "parent_id": parents[node.node_id] or None,
                "name": node.name if node.children else None,
                "child_count": len(node.children),
                "leaf_count": leaves[node.node_id],
            }
            for node in self._in_order()
        ]
        frame = pd.DataFrame(rows).assign(
            hierarchy_id=self.hierarchy_id,
            onet_version=self.onet_version,
            kind=self.kind,
            sentences_hash=self.sentences_hash,
            engine=self.maker.engine,
            model=self.maker.model,
            version=self.maker.version,
        )
        return validated(TASK_HIERARCHY, frame[list(TASK_HIERARCHY.schema.columns)])

    def _in_order(self) -> Iterator[Node]:
        level = self.children_of(self.root)
        while level:
            yield from level
            level = [child for node in level for child in self.children_of(node)]


def sentences_hash(candidates: Candidates) -> str:
    """Hash of ids and sentences, not of what finds them: the same on every machine."""
    return _hash_of_set(candidates.ids, candidates.texts)


def _hash_of_set(ids: Sequence[str], texts: Sequence[str]) -> str:
    return _hash([*ids, *texts])[:12]


def hierarchy_of_set(
    rows: pd.DataFrame, engine: str, kind: str, onet_version: str, ids: Sequence[str], texts: Sequence[str]
) -> pd.DataFrame | None:
    """Of the rows of reference/task_hierarchy those that this engine built over these sentences, if it did.

    A rehearsed tree never leads real conversations.
    """
    if rows.empty:
        return None
    is_of_set = (
        rows["engine"].eq(engine)
        & rows["kind"].eq(kind)
        & rows["onet_version"].eq(onet_version)
        & rows["sentences_hash"].eq(_hash_of_set(ids, texts))
    )
    return rows.loc[is_of_set] if is_of_set.any() else None


def hierarchy_of(
    candidates: Candidates, onet_version: str, maker: Maker, tiers: Sequence[Sequence[Parent]]
) -> Hierarchy:
    """The tree made of its tiers of kinds of work, the lowest first. Raises HierarchyBroken."""
    depth = len(tiers) + 1
    nodes = {name: Node(name, depth, text) for name, text in zip(candidates.ids, candidates.texts, strict=True)}
    below = sorted(nodes)
    for number, tier in enumerate(tiers, start=1):
        made = {
            each.node_id: Node(each.node_id, depth - number, each.name, tuple(sorted(each.children))) for each in tier
        }
        _check_tier(made, below, depth - number)
        nodes |= made
        below = sorted(made)
    nodes[ROOT] = Node(ROOT, 0, "", tuple(below))
    _check_options(nodes)
    words = [f"{node.level} {node.node_id} {node.name} {' '.join(node.children)}" for node in nodes.values()]
    sentences = sentences_hash(candidates)
    name = f"{candidates.kind}-{onet_version}-{_hash([sentences, *sorted(words)])[:8]}"
    return Hierarchy(name, candidates.kind, onet_version, sentences, maker, nodes)


def read_hierarchy(rows: pd.DataFrame, candidates: Candidates) -> Hierarchy:
    """The hierarchy in rows of reference/task_hierarchy that are all of one, with the sentences at hand.

    Raises HierarchyBroken if it is of other sentences, or no hierarchy.
    """
    first = rows.iloc[0]
    if first["sentences_hash"] != sentences_hash(candidates):
        raise HierarchyBroken(
            f"Hierarchy {first['hierarchy_id']} was built over other sentences than those of this home. Build it again."
        )
    children: dict[str, list[str]] = {}
    for node_id, parent_id in zip(rows["node_id"], rows["parent_id"], strict=True):
        if pd.notna(parent_id):
            children.setdefault(str(parent_id), []).append(str(node_id))
    tiers = [
        [
            Parent(str(name), tuple(children.get(str(node_id), ())))
            for node_id, name in zip(level["node_id"], level["name"], strict=True)
        ]
        for number, level in rows.groupby("level")
        if number != rows["level"].max()
    ]
    maker = Maker(str(first["engine"]), str(first["model"]), str(first["version"]))
    made = hierarchy_of(candidates, str(first["onet_version"]), maker, tiers[::-1])
    if made.hierarchy_id != first["hierarchy_id"]:
        raise HierarchyBroken(f"The rows of hierarchy {first['hierarchy_id']} were changed. Build it again.")
    return made


def _check_tier(made: Mapping[str, Node], below: Sequence[str], level: int) -> None:
    """Everything below stands under exactly one of these."""
    placed = sorted(child for node in made.values() for child in node.children)
    if placed != list(below):
        raise HierarchyBroken(f"Level {level}: {len(below):,} nodes have {len(placed):,} places under their parents.")


def _check_options(nodes: Mapping[str, Node]) -> None:
    """A node's options can be told apart, and be shown at once."""
    for node in nodes.values():
        if len(node.children) > MOST_OPTIONS:
            raise HierarchyBroken(f"Level {node.level}: a node has {len(node.children)} children, not {MOST_OPTIONS}.")
        names = [same_name(nodes[child].name) for child in node.children if nodes[child].children]
        if len(set(names)) < len(names):
            raise HierarchyBroken(f"Level {node.level}: two kinds of work under one parent have the same name.")


def _hash(parts: Sequence[str]) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
