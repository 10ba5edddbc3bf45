"""Rows of lake/facet_summaries from the heads' probabilities: a value above the threshold, a state always.

Nothing is computed from text here.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from economic_index.contracts.lake import ASKED_FACETS, FACET_SUMMARIES
from economic_index.lake import empty_frame
from economic_index.local.embedder import MODEL_NAME
from economic_index.local.heads import Heads, heads_hash
from economic_index.local.language import LANGUAGE_VERSION, MEASURED
from economic_index.vocabulary import Collaboration, Engine, Intent, State, UseCase

Floats = npt.NDArray[np.float64]
JUDGED = ("is_occupational", "use_case", "collaboration", "intent")
# Probabilities are stored in the order of the vocabulary; is_occupational as false, true.
ORDER: dict[str, list[str]] = {
    "is_occupational": ["false", "true"],
    "use_case": [member.value for member in UseCase],
    "collaboration": [member.value for member in Collaboration],
    "intent": [member.value for member in Intent],
}


def facet_rows(
    ids: list[str],
    content_hashes: list[str],
    languages: list[tuple[str, float]],
    chances: dict[str, Floats],
    heads: Heads,
    model_hash: str,
) -> pd.DataFrame:
    """One row per conversation, as the contract declares it."""
    if not ids:
        return empty_frame(FACET_SUMMARIES)
    spoken = np.array([language for language, _ in languages])
    is_measured = np.isin(spoken, list(MEASURED))
    columns: dict[str, object] = {
        "conversation_id": ids,
        "content_hash": content_hashes,
        "engine": Engine.LOCAL.value,
        "model": MODEL_NAME,
        "model_hash": model_hash,
        "language": spoken,
    }
    surety = np.array([confidence for _, confidence in languages])
    columns |= _asked("language", np.full(len(ids), State.ANSWERED.value), surety, LANGUAGE_VERSION)
    for name in JUDGED:
        columns |= _judged(name, chances[name], heads, is_measured)
    for name in ("soc_group", "skills"):
        columns |= _asked(name, np.full(len(ids), State.NOT_ASKED.value), None, None)
    frame = pd.DataFrame({"_": range(len(ids))}).assign(**columns).drop(columns="_")
    for name in FACET_SUMMARIES.schema.columns:
        if name not in frame:
            frame[name] = None
    rows: pd.DataFrame = FACET_SUMMARIES.schema.validate(frame[list(FACET_SUMMARIES.schema.columns)])
    return rows


def _judged(name: str, chances: Floats, heads: Heads, is_measured: npt.NDArray[np.bool_]) -> dict[str, object]:
    head = heads.facets[name]
    places = [head.labels.index(label) for label in ORDER[name]]
    ordered = chances[:, places]
    confidence = ordered.max(axis=1).round(4)
    labels = np.array(ORDER[name], dtype=object)[ordered.argmax(axis=1)]
    is_sure = confidence >= head.threshold
    state = np.where(
        ~is_measured,
        State.LANGUAGE_NOT_MEASURED.value,
        np.where(is_sure, State.ANSWERED.value, State.UNCLASSIFIED.value),
    )
    answered = is_measured & is_sure
    values: list[object] = [label if kept else None for label, kept in zip(labels, answered, strict=True)]
    if name == "is_occupational":
        values = [None if value is None else value == "true" for value in values]
    asked = _asked(name, state, confidence, heads_hash())
    return {name: values, **asked, f"{name}_probabilities": list(ordered.astype(np.float32))}


def _asked(name: str, state: npt.NDArray[np.str_], confidence: Floats | None, version: str | None) -> dict[str, object]:
    assert name in ASKED_FACETS
    return {
        f"{name}_state": state,
        f"{name}_confidence": confidence,
        f"{name}_version": version,
        f"{name}_asked_with": [[] for _ in state],
        f"{name}_probabilities": None,
    }
