"""The task hierarchy as a page that opens and closes level by level; it works offline and asks the network for nothing.

Leaves are O*NET's statements, read from the home, or the project's own tasks. No figure is computed here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

TEMPLATES = "economic_index.publish"


@dataclass(frozen=True)
class PageNode:
    """One line: a name, how many leaves are under it, and what is right under it."""

    name: str
    leaves: int
    children: tuple["PageNode", ...] = ()


def build_hierarchy_page(rows: pd.DataFrame, texts: Mapping[str, str]) -> str:
    """The page as HTML; `rows` of reference/task_hierarchy are all of one hierarchy, `texts` are the leaves' by id."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    first = rows.iloc[0]
    levels = rows["level"].value_counts().sort_index()
    return environment.get_template("task_hierarchy.html").render(
        hierarchy_id=first["hierarchy_id"],
        onet_version=first["onet_version"],
        is_bank=first["kind"] == "bank",
        engine=first["engine"],
        model=first["model"],
        version=first["version"],
        counts=" / ".join(f"{count:,}" for count in levels),
        nodes=_tree(rows, texts),
    )


def _tree(rows: pd.DataFrame, texts: Mapping[str, str]) -> tuple[PageNode, ...]:
    """The nodes of the top with all that is under them, largest first."""
    children: dict[str | None, list[PageNode]] = {}
    for row in rows.sort_values("level", ascending=False).to_dict("records"):
        name = row["name"] if isinstance(row["name"], str) else texts.get(row["node_id"], row["node_id"])
        node = PageNode(name, int(row["leaf_count"]), _ordered(children.pop(row["node_id"], [])))
        parent = row["parent_id"] if isinstance(row["parent_id"], str) else None
        children.setdefault(parent, []).append(node)
    return _ordered(children.get(None, []))


def _ordered(nodes: list[PageNode]) -> tuple[PageNode, ...]:
    return tuple(sorted(nodes, key=lambda node: (-node.leaves, node.name)))
