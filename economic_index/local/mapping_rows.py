"""Rows of lake/onet_task_mappings from what was chosen: picks, or a group, or unclassified; always weight one.

A pick of a bank task becomes a row per statement that the task stands for. Nothing is scored here.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from economic_index.assign.retrieval import Pick
from economic_index.contracts.lake import ONET_TASK_MAPPINGS
from economic_index.lake import empty_frame
from economic_index.local import versions
from economic_index.local.language import MEASURED
from economic_index.vocabulary import Algorithm, Level, MappingState

if TYPE_CHECKING:
    from economic_index.local.engine import LocalEngine

Row = tuple[str, int, str, str, str | None, float, float | None, str]
COLUMNS = ["conversation_id", "pick", "level", "node_id", "bank_task_id", "weight", "confidence", "state"]


@dataclass(frozen=True)
class Choice:
    """What retrieval says of one conversation: picks and their calibrated confidence, and the likeliest group."""

    picks: tuple[Pick, ...]
    confidence: float
    soc_group: str
    group_confidence: float


def mapping_rows(
    engine: "LocalEngine", ids: list[str], choices: list[Choice], facets: pd.DataFrame
) -> pd.DataFrame:
    """All picks of a week, as the contract declares them, sorted by conversation and pick."""
    if not ids:
        return empty_frame(ONET_TASK_MAPPINGS)
    statements = engine.statements()
    known = facets.set_index("conversation_id")
    not_work = set(known.index[known["is_occupational"].eq(False).fillna(False).astype(bool)])
    measured = set(known.index[known["language"].isin(MEASURED)])
    rows: list[Row] = []
    for name, choice in zip(ids, choices, strict=True):
        if name not in measured:
            rows.append(_whole(name, Level.UNCLASSIFIED, "", None, MappingState.LANGUAGE_NOT_MEASURED))
        elif name in not_work:
            rows.append(_whole(name, Level.NONE, "", None, MappingState.NOT_OCCUPATIONAL))
        else:
            rows += _deepest(name, choice, engine, statements)
    return _frame(rows, engine)


def _deepest(
    name: str, choice: Choice, engine: "LocalEngine", statements: dict[str, dict[str, float]]
) -> list[Row]:
    """As deep as the evidence allows: tasks, else the SOC group, else unclassified."""
    if choice.confidence >= engine.heads.task_threshold and (rows := _picks(name, choice, statements)):
        return rows
    if choice.group_confidence >= engine.heads.facets["soc_group"].threshold:
        return [_whole(name, Level.SOC_GROUP, choice.soc_group, choice.group_confidence, MappingState.ANSWERED)]
    return [_whole(name, Level.UNCLASSIFIED, "", choice.confidence, MappingState.UNCLASSIFIED)]


def _whole(name: str, level: Level, node: str, confidence: float | None, state: MappingState) -> Row:
    return (name, 1, level.value, node, None, 1.0, confidence, state.value)


def _picks(name: str, choice: Choice, statements: dict[str, dict[str, float]]) -> list[Row]:
    """Empty if none of the picked tasks has a statement in this O*NET version."""
    weights = {
        (number, pick.bank_task_id, statement): pick.weight * weight
        for number, pick in enumerate(choice.picks, start=1)
        for statement, weight in statements.get(pick.bank_task_id, {}).items()
    }
    total = sum(weights.values())
    state = MappingState.ANSWERED.value
    return [
        (name, number, Level.TASK.value, statement, task_id, weight / total, choice.confidence, state)
        for (number, task_id, statement), weight in weights.items()
    ]


def _frame(rows: list[Row], engine: "LocalEngine") -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=COLUMNS).assign(
        algorithm=Algorithm.BANK_RETRIEVAL.value,
        engine=engine.engine,
        model=engine.model,
        model_hash=engine.model_hash,
        version=versions.mappings_version(engine.onet_version),
        onet_version=engine.onet_version,
    )
    frame = frame.sort_values(["conversation_id", "pick", "node_id"], ignore_index=True)
    checked: pd.DataFrame = ONET_TASK_MAPPINGS.schema.validate(frame[list(ONET_TASK_MAPPINGS.schema.columns)])
    return checked
