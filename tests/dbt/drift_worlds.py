"""Vectors of conversations nobody had, and what an engine before the present one said of them."""

import numpy as np
import pandas as pd

from economic_index.contracts.drift import ENGINE_CHANGES
from economic_index.contracts.lake import FACET_SUMMARIES
from economic_index.contracts.validation import validated
from economic_index.drift.answers import said_by
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


def draw_changes(conversations: pd.DataFrame, facets: pd.DataFrame) -> pd.DataFrame:
    """Rows of lake/engine_changes of one week."""
    ids = conversations["conversation_id"]
    old, new = (rows[rows["conversation_id"].isin(ids)] for rows in (older_facets(facets), facets))
    found = changes(said_by(FACET_SUMMARIES, old), said_by(FACET_SUMMARIES, new), conversations)
    return validated(ENGINE_CHANGES, found)
