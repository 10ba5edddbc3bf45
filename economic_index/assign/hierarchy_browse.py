"""A page on which a person opens the hierarchy, kind of work after kind of work: one file that needs nothing else.

Nothing about any conversation is on it.
"""

from collections.abc import Iterator
from html import escape

from economic_index.assign.hierarchy import Hierarchy, Node

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
details { margin-left: 1.2rem; }
summary { cursor: pointer; padding: .15rem 0; }
summary small, footer { color: GrayText; }
ul { margin: .2rem 0 .6rem; padding-left: 2.6rem; }
"""


def browse(hierarchy: Hierarchy, has_sentences: bool = True) -> str:
    """The page as HTML.

    Without sentences only the kinds of work are on it, and how many sentences each has: O*NET's are not shipped.
    """
    counts, leaves = hierarchy.counts(), hierarchy.leaf_counts()
    sizes = " / ".join(f"{count:,}" for count in counts.values())
    title = f"Task hierarchy {hierarchy.hierarchy_id}"
    source = f"O*NET {hierarchy.onet_version}" if hierarchy.kind == "onet" else "the task bank"
    made = f"Built over the sentences of {source} by {hierarchy.maker.model} ({hierarchy.maker.engine})"
    body = "\n".join(
        line
        for node in _by_size(hierarchy, hierarchy.root, leaves)
        for line in _lines(hierarchy, node, leaves, has_sentences)
    )
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>\n<body>\n'
        f"<h1>{escape(title)}</h1>\n<p>{escape(made)}. Nodes by level, from the top: {sizes}.</p>\n{body}\n"
        f"<footer><p>Prompts: {escape(hierarchy.maker.version)}.</p></footer>\n</body></html>\n"
    )


def _by_size(hierarchy: Hierarchy, node: Node, leaves: dict[str, int]) -> list[Node]:
    return sorted(hierarchy.children_of(node), key=lambda child: (-leaves[child.node_id], child.name))


def _lines(hierarchy: Hierarchy, node: Node, leaves: dict[str, int], has_sentences: bool) -> Iterator[str]:
    children = _by_size(hierarchy, node, leaves)
    heading = f"{escape(node.name)} <small>{leaves[node.node_id]:,}</small>"
    if hierarchy.is_leaf(children[0]) and not has_sentences:
        yield f"<ul><li>{heading}</li></ul>"
        return
    yield f"<details><summary>{heading}</summary>"
    if hierarchy.is_leaf(children[0]):
        yield "<ul>" + "".join(f"<li>{escape(child.name)}</li>" for child in children) + "</ul>"
    else:
        for child in children:
            yield from _lines(hierarchy, child, leaves, has_sentences)
    yield "</details>"
