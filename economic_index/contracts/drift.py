"""The tables by which drift and changes of engine are told: sums and counts by groups of users, no conversation.

What is a figure of them is computed by dbt; the tables of the lake stand in lake.py.
"""

import pyarrow as arrow

from economic_index.contracts.columns import items, label, real, table, text, whole
from economic_index.vocabulary import Engine

_GROUP = "Group of users, 0 to 49, by a hash of the pseudonym: the same in every week."

VECTOR_SUMMARIES = table(
    "lake",
    "vector_summaries",
    "One row per week and group of users: sums of projected vectors, from which no vector can be had back.",
    {
        "maker": text("What made the vectors: weights, kernel, window, and the projection."),
        "user_group": whole(_GROUP, 32),
        "user_count": whole("Known users of the group in the week."),
        "unknown_count": whole("Conversations of the group whose user is unknown: each is grouped by itself."),
        "conversation_count": whole("Conversations that have a vector."),
        "weight_sum": real("Their weight."),
        "weight_square_sum": real("Sum of their squared weights."),
        "vector_sum": items(arrow.float64(), "Weighted sum of the projected vectors, 64 numbers."),
        "square_sum": real("Weighted sum of their squared lengths."),
    },
    unique=("maker", "user_group"),
    weekly=True,
)


def _side(name: str, words: str) -> dict[str, object]:
    return {
        f"{name}_engine": label(Engine, f"Engine that {words}."),
        f"{name}_model": text(f"Model that {words}."),
        f"{name}_model_hash": text("Hash of its weights, heads and kernel.", nullable=True),
        f"{name}_version": text("Version of its prompt, head or bank.", nullable=True),
    }


ENGINE_CHANGES = table(
    "lake",
    "engine_changes",
    "One row per week, question, pair of engines, group of users and pair of labels: what both said, counted.",
    {
        "facet": text("Facet; of tasks: task (first pick the same or another), task_level, task_soc_group."),
        "change_number": whole("Order of the changes of the week: the last one has the highest number.", 32),
        **_side("old", "had answered"),
        **_side("new", "answered in its place"),
        "user_group": whole(_GROUP, 32),
        "user_count": whole("Known users of the group who were compared; the same in each of its rows."),
        "unknown_count": whole("Conversations compared in the group whose user is unknown; the same in each row."),
        "old_label": text("Label of the engine before; _unclassified where it gave none."),
        "new_label": text("Label of the engine after it."),
        "conversation_count": whole("Conversations with both labels, not weighted."),
    },
    weekly=True,
)

DRIFT_TABLES = (VECTOR_SUMMARIES, ENGINE_CHANGES)
