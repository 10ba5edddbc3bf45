"""Group breakdown tree: the six largest occupation groups, their largest occupations, and their largest tasks.

Which groups are the largest is dbt's (mart_hierarchy); this draws them.
"""

import pandas as pd

from economic_index.publish.figures import theme
from economic_index.publish.figures.figure import FigureResult, evidence_of, no_figure
from economic_index.publish.figures.rows_chart import Look, chart_rows, rows_chart
from economic_index.publish.hidden import hidden_weight
from economic_index.publish.selection import shares, with_point
from economic_index.publish.served import ServedMarts
from economic_index.publish.titles import group_title

LEVELS = ("soc_group", "occupation", "task")
OCCUPATIONS, TASKS = 4, 3
TONES = (theme.BLUE, theme.BLUE, theme.PALE_BLUE)
COLUMNS = [
    "level",
    "node_label",
    "label_source",
    "usage_share",
    "usage_share_lo",
    "usage_share_hi",
    "n_conversations",
    "n_eff",
    "n_users",
]


def build(marts: ServedMarts) -> FigureResult:
    """Tree of groups, occupations and tasks with their shares of classified conversations."""
    nodes = shares(marts, "mart_hierarchy", "node_id")
    if nodes.empty:
        return no_figure("No occupation group has enough conversations to be shown.")
    ordered = pd.DataFrame(_walk(nodes))
    level = ordered["level"].map({name: number for number, name in enumerate(LEVELS)})
    tones = [TONES[number] for number in level]
    drawn = chart_rows(with_point(ordered), ordered["node_label"], tones).assign(level=level)
    first = drawn.iloc[0]
    look = Look(
        "Share of the conversations with a task.",
        f"Tree of the largest occupation groups with their largest occupations and tasks. "
        f"The first is {first['label']}, {first['printed']}.",
        ("Bold: occupation group; dark: its occupations; pale: its tasks. Lines: 95% intervals.",),
        pitch=18,
    )
    table = ordered[[column for column in COLUMNS if column in ordered.columns]]
    return FigureResult(
        rows_chart(drawn, look),
        "",
        table,
        evidence_of(nodes, "conversations with a task"),
        (*CAVEATS, *_whose_words(ordered)),
        hidden_weight(marts, "mart_soc_groups", "soc_group"),
    )


CAVEATS = (
    "The occupation is inferred from the task, not known of the person.",
    "Only the largest four occupations and three tasks of each group are drawn.",
    "A task that several occupations list counts for each in equal parts.",
)

WORDS = {
    "onet": "Tasks are named by O*NET’s statements.",
    "bank": "Tasks are named in this project’s own words: O*NET’s statements are not here (OEI_FETCH_STATEMENTS=1).",
    "id": "Some tasks have no words here, and are named by occupation and number.",
}


def _whose_words(nodes: pd.DataFrame) -> list[str]:
    """A caveat for each kind of task label that is drawn."""
    found = set(nodes["label_source"].dropna()) if "label_source" in nodes else set()
    return [sentence for source, sentence in WORDS.items() if source in found]


def _walk(nodes: pd.DataFrame) -> list[dict[str, object]]:
    """Nodes in reading order: each group, then its occupations, then its tasks."""
    rows: list[dict[str, object]] = []
    groups = nodes[nodes["level"] == "soc_group"].head(6)
    for group in _records(groups):
        group["node_label"] = group_title(str(group["node_id"]), str(group["node_label"]))
        rows.append(group)
        for level, number in (("occupation", OCCUPATIONS), ("task", TASKS)):
            below = nodes[(nodes["level"] == level) & (nodes["parent_id"] == group["node_id"])]
            rows.extend(_records(below.head(number)))
    return rows


def _records(rows: pd.DataFrame) -> list[dict[str, object]]:
    return [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]
