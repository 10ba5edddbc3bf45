"""The engine's one label for each facet that is reviewed, as it stands at a draw.

Read from classified rows; the SOC group is the heaviest of the task's occupations, as in the figures.
"""

from collections.abc import Mapping, Sequence

import pandas as pd

from economic_index.contracts.review_items import REVIEWED
from economic_index.review.codebook import NO_GROUP
from economic_index.vocabulary import Facet, Level, MappingState, State

NO_VERSION = "none"


def predictions(facets: pd.DataFrame, mappings: pd.DataFrame, groups_of: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Per conversation and facet: label (null if none), `_confidence`, `_version`; `groups_of` a statement."""
    found = facets[["conversation_id", "content_hash", "engine"]].copy()
    for facet in REVIEWED:
        is_answered = facets[f"{facet}_state"] == State.ANSWERED
        found[facet] = facets[facet].map(_word, na_action="ignore").astype(object).where(is_answered, None)
        found[f"{facet}_confidence"] = facets[f"{facet}_confidence"]
        found[f"{facet}_version"] = facets[f"{facet}_version"]
    found = _with_mapped_groups(found.reset_index(drop=True), mappings, groups_of)
    for facet in REVIEWED:
        column = f"{facet}_version"
        usual = found[column].dropna().mode()
        found[column] = found[column].astype(object).fillna(usual.iloc[0] if len(usual) else NO_VERSION)
    return found


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _with_mapped_groups(
    found: pd.DataFrame, mappings: pd.DataFrame, groups_of: Mapping[str, Sequence[str]]
) -> pd.DataFrame:
    """The SOC group by the task mapping, where it says one; by the facet itself elsewhere."""
    heaviest = {name: heaviest_group(rows, groups_of) for name, rows in mappings.groupby("conversation_id")}
    mapped = found["conversation_id"].map(heaviest)
    first = mappings.sort_values("pick").drop_duplicates("conversation_id").set_index("conversation_id")
    found["soc_group"] = mapped.where(mapped.notna(), found["soc_group"]).astype(object)
    found["soc_group"] = found["soc_group"].where(found["soc_group"].notna(), None)
    for name, is_told in (("confidence", mapped.notna()), ("version", True)):
        of_mapping = found["conversation_id"].map(first[name])
        column = f"{Facet.SOC_GROUP}_{name}"
        found[column] = of_mapping.where(of_mapping.notna() & is_told, found[column])
    return found


def heaviest_group(rows: pd.DataFrame, groups_of: Mapping[str, Sequence[str]]) -> str | None:
    """The SOC group that most of one conversation's weight lies on: what figures count; None if no task was mapped."""
    if (rows["state"] == MappingState.NOT_OCCUPATIONAL).any():
        return NO_GROUP
    parts: dict[str, float] = {}
    for level, node, weight in zip(rows["level"], rows["node_id"], rows["weight"], strict=True):
        groups = groups_of.get(node, ()) if level == Level.TASK else (node,) if level == Level.SOC_GROUP else ()
        for group in groups:
            parts[group] = parts.get(group, 0.0) + weight / len(groups)
    return max(parts, key=lambda group: (round(parts[group], 9), group)) if parts else None
