"""Turns probabilities into rows of lake/facet_summaries: answered, or why not.

No model runs here, and no text is seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from economic_index.contracts import validated
from economic_index.contracts.lake import ASKED_FACETS, FACET_SUMMARIES
from economic_index.contracts.unasked import unasked_read_columns
from economic_index.local.heads import Head, Heads, heads_hash, probabilities
from economic_index.local.language import LANGUAGE_VERSION, MEASURED
from economic_index.vocabulary import Engine, Facet, State

Reals = npt.NDArray[np.float64]
CLASSIFIED = (Facet.IS_OCCUPATIONAL, Facet.USE_CASE, Facet.COLLABORATION, Facet.INTENT, Facet.SOC_GROUP)


@dataclass(frozen=True)
class Maker:
    """Who answers: the served model, and its hash."""

    model: str
    model_hash: str


def answer(
    ids: Sequence[str],
    hashes: Sequence[str],
    languages: Sequence[tuple[str, float]],
    inputs: Reals,
    heads: Heads,
    groups: Sequence[str],
    maker: Maker,
) -> pd.DataFrame:
    """Rows for conversations that were read, not yet in the contract's form (see finish).

    `inputs` are the heads' features, `groups` all SOC groups in their order.
    """
    is_measured = np.array([language in MEASURED for language, _ in languages], bool)
    columns: dict[str, Any] = _identity(ids, hashes, maker)
    columns |= _language_columns(languages)
    for facet in CLASSIFIED:
        head = heads.facets[facet]
        likely = probabilities(head, inputs)
        columns |= _facet_columns(head, likely, is_measured, groups)
    columns |= _unasked_columns(Facet.SKILLS, len(ids), State.NOT_ASKED)
    rows = pd.DataFrame(columns)
    is_idle = (rows["is_occupational"] == False).fillna(False).astype(bool)  # noqa: E712  # three-valued
    rows.loc[is_idle, ["soc_group", "soc_group_state", "soc_group_confidence", "soc_group_version"]] = [
        None,
        State.NOT_ASKED.value,
        np.nan,
        None,
    ]
    rows.loc[is_idle, "soc_group_probabilities"] = None
    return rows


def unread(ids: Sequence[str], hashes: Sequence[str], maker: Maker) -> pd.DataFrame:
    """Rows for conversations whose transcript is missing: every question is dead. Not yet in the contract's form."""
    columns = _identity(ids, hashes, maker)
    for facet in ASKED_FACETS:
        state = State.NOT_ASKED if facet == Facet.SKILLS else State.DEAD
        columns |= _unasked_columns(facet, len(ids), state)
    return pd.DataFrame(columns)


def finish(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows as the contract declares them, sorted by conversation."""
    ordered = rows[list(FACET_SUMMARIES.schema.columns)].sort_values("conversation_id", ignore_index=True)
    return validated(FACET_SUMMARIES, ordered)


def _identity(ids: Sequence[str], hashes: Sequence[str], maker: Maker) -> dict[str, Any]:
    return {
        "conversation_id": list(ids),
        "content_hash": list(hashes),
        "engine": [Engine.LOCAL.value] * len(ids),
        "model": [maker.model] * len(ids),
        "model_hash": [maker.model_hash] * len(ids),
        **unasked_read_columns(len(ids)),
    }


def _language_columns(languages: Sequence[tuple[str, float]]) -> dict[str, Any]:
    count = len(languages)
    return {
        "language": [language for language, _ in languages],
        "language_state": [State.ANSWERED.value] * count,
        "language_confidence": [confidence for _, confidence in languages],
        "language_version": [LANGUAGE_VERSION] * count,
        "language_asked_with": [[] for _ in range(count)],
        "language_probabilities": [None] * count,
    }


def _facet_columns(
    head: Head, likely: Reals, is_measured: npt.NDArray[np.bool_], groups: Sequence[str]
) -> dict[str, Any]:
    """One facet's columns; below its threshold it is unclassified, whatever the probabilities say."""
    confidence = np.round(likely.max(axis=1), 4)
    is_answered = is_measured & (confidence >= head.threshold)
    said = [head.labels[place] for place in likely.argmax(axis=1)]
    values = [_value(head.facet, label) if is_sure else None for label, is_sure in zip(said, is_answered, strict=True)]
    states = np.where(is_answered, State.ANSWERED.value, State.UNCLASSIFIED.value)
    states = np.where(is_measured, states, State.LANGUAGE_NOT_MEASURED.value)
    wide = spread(likely, head.labels, groups) if head.facet == Facet.SOC_GROUP else likely
    return {
        head.facet: pd.array(values, dtype="boolean") if head.facet == Facet.IS_OCCUPATIONAL else values,
        f"{head.facet}_state": states,
        f"{head.facet}_confidence": np.where(is_measured, confidence, np.nan),
        f"{head.facet}_version": [f"heads-{heads_hash()}" if known else None for known in is_measured],
        f"{head.facet}_asked_with": [[] for _ in said],
        f"{head.facet}_probabilities": [
            [float(share) for share in row.astype(np.float32)] if known else None
            for row, known in zip(wide, is_measured, strict=True)
        ],
    }


def _value(facet: str, label: str) -> Any:
    return label == "true" if facet == Facet.IS_OCCUPATIONAL else label


def spread(likely: Reals, labels: Sequence[str], groups: Sequence[str]) -> Reals:
    """Probabilities over all groups in their order, zero where the head has no label."""
    wide = np.zeros((len(likely), len(groups)))
    wide[:, [groups.index(label) for label in labels]] = likely
    return wide


def _unasked_columns(facet: str, count: int, state: State) -> dict[str, Any]:
    nothing = [None] * count
    return {
        facet: nothing,
        f"{facet}_state": [state.value] * count,
        f"{facet}_confidence": [np.nan] * count,
        f"{facet}_version": nothing,
        f"{facet}_asked_with": [[] for _ in range(count)],
        f"{facet}_probabilities": nothing,
    }
