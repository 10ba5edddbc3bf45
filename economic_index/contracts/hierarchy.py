"""The tables of the task hierarchy and of second answers: what a model made of the statements, and how steady it is.

Neither is ever part of a figure by itself; the tables of the lake stand in lake.py.
"""

from economic_index.contracts.columns import label, real, table, text, whole
from economic_index.vocabulary import Comparison, Engine, State

TASK_HIERARCHY = table(
    "reference",
    "task_hierarchy",
    "One row per hierarchy and node: kinds of work above the statements of one O*NET version, or above the bank.",
    {
        "hierarchy_id": text("Kind of the leaves, and a hash of all nodes."),
        "onet_version": text("O*NET version of the statements."),
        "kind": text("onet: the leaves are statements; bank: they are tasks of the bank."),
        "sentences_hash": text("Hash of the leaves' ids and sentences: others need another hierarchy."),
        "level": whole("1 is the top; the leaves have the highest number.", 8),
        "node_id": text("Statement hash or bank task; of a kind of work, a hash of what is under it."),
        "parent_id": text("Node of the level above; null at the top.", nullable=True),
        "name": text("Name of a kind of work, in a model's words; null for leaves.", nullable=True),
        "child_count": whole("Nodes right under it.", 32),
        "leaf_count": whole("Leaves under it; 1 for a leaf.", 32),
        "engine": label(Engine, "Engine that built it."),
        "model": text("Model that built it."),
        "version": text("Versions of the prompts that built it."),
    },
    unique=("hierarchy_id", "level", "node_id"),
)

SECOND_ANSWERS = table(
    "lake",
    "second_answers",
    "One row per conversation, comparison, question and version: the answer when asked again. Never in a figure.",
    {
        "conversation_id": text("As in lake/conversations."),
        "kind": label(Comparison, "What differs from the main answer."),
        "facet": text("Facet; for tasks the level compared: task, dwa, iwa or soc_group."),
        "value": text("The second answer; none if no task fits; null without an answer.", nullable=True),
        "main_value": text("The main answer by the same rule; null without one.", nullable=True),
        "state": label(State, "What became of the second question; unclassified: it says nothing at this level."),
        "engine": label(Engine, "Engine that gave the second answer."),
        "model": text("Model that gave it."),
        "main_engine": label(Engine, "Engine that gave the main answer."),
        "version": text("Version of the question that it answers."),
        "confidence": real("Calibrated confidence.", nullable=True),
        "sample_share": real("Share of conversations that are drawn to be asked again, as it was set."),
    },
    unique=("conversation_id", "kind", "facet", "version"),
    weekly=True,
)

HIERARCHY_TABLES = (TASK_HIERARCHY, SECOND_ANSWERS)
