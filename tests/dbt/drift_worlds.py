"""Vectors of conversations nobody had, and what an engine before the present one said of them."""

import numpy as np
import pandas as pd

from economic_index.contracts.drift import ENGINE_CHANGES
from economic_index.contracts.lake import FACET_SUMMARIES
from economic_index.contracts.validation import validated
from economic_index.drift.answers import Said, said_by
from economic_index.drift.engine_changes import changes

SIZE = 384
MAKER = "encoder"


def draw_vectors(conversations: pd.DataFrame) -> dict[str, np.ndarray]:
    """Unit vectors by content hash, leaning on the person; of a seed of their own. Every fortieth has none."""
    rng = np.random.default_rng(8)
    centres = rng.normal(size=(1 + int(conversations["person"].max()), SIZE)) if len(conversations) else None
    found = {}
    for place, (name, person) in enumerate(zip(conversations["content_hash"], conversations["person"], strict=True)):
        vector = 0.7 * centres[person] + rng.normal(size=SIZE)
        if place % 40 != 11:
            found[name] = (vector / np.linalg.norm(vector)).astype(np.float32)
    return found


def older_facets(facets: pd.DataFrame) -> pd.DataFrame:
    """What another model had said of the first two in three: other patterns and intents in places."""
    rng = np.random.default_rng(9)
    old = facets.iloc[: 2 * len(facets) // 3].assign(model="older")
    for facet, label in (("collaboration", "learning"), ("intent", "asking")):
        is_moved = (rng.random(len(old)) < 0.2) & (old[f"{facet}_state"] == "answered")
        old[facet] = old[facet].mask(is_moved, label)
    return old


def said_by_both(facets: pd.DataFrame) -> tuple[Said, Said]:
    """What the older model had said of all weeks, and what the present one says."""
    return said_by(FACET_SUMMARIES, older_facets(facets)), said_by(FACET_SUMMARIES, facets)


def draw_changes(conversations: pd.DataFrame, both: tuple[Said, Said]) -> pd.DataFrame:
    """Rows of lake/engine_changes of one week."""
    ids = conversations["conversation_id"]
    old, new = ({facet: rows[rows["conversation_id"].isin(ids)] for facet, rows in said.items()} for said in both)
    return validated(ENGINE_CHANGES, changes(old, new, conversations))
