"""What an engine said of each conversation, facet by facet, and which engine it was: brought out of lake rows.

Nothing is compared here, and no text is read: only labels, states and versions.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from economic_index.contracts import Table
from economic_index.contracts.lake import FACET_SUMMARIES, ONET_TASK_MAPPINGS
from economic_index.taxonomy import facts
from economic_index.vocabulary import Facet, Level, MappingState, State

FACETS = (
    Facet.IS_OCCUPATIONAL,
    Facet.USE_CASE,
    Facet.COLLABORATION,
    Facet.INTENT,
    Facet.SOC_GROUP,
    Facet.TASK_SUCCESS,
    Facet.AI_AUTONOMY,
)
TASK, TASK_LEVEL, TASK_GROUP = "task", "task_level", "task_soc_group"
TASKS = (TASK, TASK_LEVEL, TASK_GROUP)
UNCLASSIFIED = "_unclassified"
ENGINE = ("engine", "model", "model_hash", "version")
_OPEN = (State.UNCLASSIFIED.value, State.LANGUAGE_NOT_MEASURED.value)
_MAPPING_COLUMNS = ("pick", "level", "node_id", "weight", "state", "engine", "model", "model_hash", "version")

Said = Mapping[str, pd.DataFrame]
"""By facet: `conversation_id`, `label`, and the columns of ENGINE; without answers that failed or were not asked."""


def said_in(table: Table, batches: Iterable[pa.RecordBatch]) -> Said:
    """What rows of lake/facet_summaries or lake/onet_task_mappings say; columns that are not there are not missed."""
    frames = [narrowed(table, batch) for batch in batches]
    return said_by(table, pd.concat(frames, ignore_index=True)) if frames else {}


def narrowed(table: Table, rows: pa.RecordBatch) -> pd.DataFrame:
    """The columns that are looked at."""
    wanted = [name for name in columns_of(table) if name in rows.schema.names]
    frame: pd.DataFrame = rows.select(wanted).to_pandas()
    return frame


def columns_of(table: Table) -> list[str]:
    """Labels, states, and who answered."""
    if table is ONET_TASK_MAPPINGS:
        return ["conversation_id", *_MAPPING_COLUMNS, "onet_version"]
    of_facets = [f"{facet}{end}" for facet in FACETS for end in ("", "_state", "_version")]
    return ["conversation_id", "content_hash", "engine", "model", "model_hash", *of_facets]


def said_by(table: Table, rows: pd.DataFrame) -> Said:
    """The same from a frame."""
    if table is FACET_SUMMARIES:
        return {facet: _of_facet(rows, facet) for facet in FACETS if f"{facet}_state" in rows}
    return _of_tasks(rows)


def _of_facet(rows: pd.DataFrame, facet: str) -> pd.DataFrame:
    state = rows[f"{facet}_state"]
    said = rows.loc[state.isin([State.ANSWERED.value, *_OPEN])]
    is_answered = said[f"{facet}_state"] == State.ANSWERED
    labels = said[facet].map(_in_words).where(is_answered, UNCLASSIFIED)
    found = said[["conversation_id", "content_hash", "engine", "model", "model_hash"]]
    return found.assign(version=said[f"{facet}_version"], label=labels)


def _in_words(value: Any) -> str:
    """true and false as other tables spell them, whole numbers without a point."""
    if pd.isna(value):
        return UNCLASSIFIED
    if isinstance(value, bool | np.bool_):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) else str(value)


def _of_tasks(rows: pd.DataFrame) -> Said:
    states = [MappingState.ANSWERED.value, MappingState.NOT_OCCUPATIONAL.value, *_OPEN]
    said = rows.loc[rows["state"].isin(states)]
    said = said.assign(version=said["version"] + " O*NET " + said["onet_version"])
    order = ["conversation_id", "pick", "weight", "node_id"]
    first = said.sort_values(order, ascending=[True, True, False, True]).drop_duplicates("conversation_id")
    kept = first[["conversation_id", *ENGINE]]
    is_task = first["level"] == Level.TASK
    # what counts at an activity has the group of its facet, which is compared as such
    has_group = ~first["level"].isin([Level.DWA, Level.IWA])
    return {
        TASK: kept[is_task].assign(label=first.loc[is_task, "node_id"]),
        TASK_LEVEL: kept.assign(label=first["level"].replace(Level.UNCLASSIFIED.value, UNCLASSIFIED)),
        TASK_GROUP: kept[has_group].assign(
            label=kept.loc[has_group, "conversation_id"].map(_groups(said)).fillna(UNCLASSIFIED)
        ),
    }


def _groups(said: pd.DataFrame) -> dict[str, str]:
    """The SOC group on which most of a conversation's weight lies; `none` where it has no task."""
    of_statements = {version: facts.soc_groups_of_statements(version) for version in said["onet_version"].unique()}
    among: dict[str, Callable[[str, str], tuple[str, ...]]] = {
        Level.TASK: lambda version, node: of_statements[version].get(node, ()),
        Level.SOC_GROUP: lambda version, node: (node,),
        Level.NONE: lambda version, node: ("none",),
    }
    weights: dict[str, dict[str, float]] = {}
    columns = ["conversation_id", "level", "onet_version", "node_id", "weight"]
    for name, level, version, node, weight in said[columns].itertuples(index=False):
        groups = among[level](version, node) if level in among else ()
        of_one = weights.setdefault(name, {})
        for group in groups:
            of_one[group] = of_one.get(group, 0.0) + weight / len(groups)
    return {name: min(of_one, key=lambda each: (-of_one[each], each)) for name, of_one in weights.items() if of_one}
