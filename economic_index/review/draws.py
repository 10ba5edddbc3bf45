"""Draws for review: which conversations, each with its chance, both fixed by the draw's id.

Pure functions over frames; chances are frozen here, and how several draws combine is said here, too.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from economic_index.contracts import validated
from economic_index.contracts.review_items import REVIEW_DRAWS, REVIEW_FRAMES, REVIEW_ITEMS
from economic_index.review.designs import probabilities, selected
from economic_index.review.making import MAKING_FRAMES
from economic_index.vocabulary import Facet, ReviewDesign

FRAME = "open conversations"
"""All classified conversations of the week, but those reserved and those whose labels trained or tuned an engine."""
UNTRAINED = "open conversations that did not train the engine (its error rates there stand for all)"
"""What FRAME is called in a week where there are any of the latter: figures are of all conversations nevertheless."""
UNLABELLED = "(none)"


class DrawError(ValueError):
    """A draw that cannot be made; the message says what to change."""


@dataclass(frozen=True)
class DrawPlan:
    """What is to be drawn of one week."""

    name: str = "weekly"
    design: ReviewDesign = ReviewDesign.STRATIFIED
    facet: Facet = Facet.COLLABORATION
    wanted: int = 70

    def __post_init__(self) -> None:
        if not self.name.replace("_", "").isalnum() or self.name.startswith(MAKING_FRAMES):
            raise DrawError(
                "A draw's name has letters, digits and _ alone, and begins neither with training nor with tuning."
            )

    def draw_id(self, week: date) -> str:
        """Id of the draw of a week."""
        return f"{self.name}-{week.isoformat()}"


@dataclass(frozen=True)
class Draw:
    """One draw as rows of lake/review_draws, lake/review_items and lake/review_frames."""

    record: pd.DataFrame
    items: pd.DataFrame
    frame: pd.DataFrame


def draw(plan: DrawPlan, week: date, frame: pd.DataFrame, left_out: int, drawn_on: date, called: str = FRAME) -> Draw:
    """Draw from a frame of predictions (predictions.py), in any order: the same id and frame give the same draw."""
    rows = frame.sort_values("conversation_id", ignore_index=True)
    labels = rows[plan.facet].astype(object).fillna(UNLABELLED).astype(str)
    codes = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    confidence = rows[f"{plan.facet}_confidence"].to_numpy(float, na_value=np.nan)
    chances = probabilities(plan.design, codes, np.where(labels == UNLABELLED, np.nan, confidence), plan.wanted)
    draw_id = plan.draw_id(week)
    seed = int.from_bytes(hashlib.sha256(draw_id.encode()).digest()[:8], "big")
    known: dict[str, Any] = {"draw_id": draw_id, "frame": called, "week_start": week, "drawn_on": drawn_on}
    rows = rows.assign(**known, inclusion_probability=chances)
    items = rows[selected(chances, codes, np.random.default_rng(seed))]
    record = {
        **known,
        "design": plan.design.value,
        "facet": plan.facet.value,
        "engine": ", ".join(sorted(rows["engine"].unique())),
        "versions": sorted(rows[f"{plan.facet}_version"].unique()),
        "frame_count": len(rows),
        "left_out_count": left_out,
        "wanted_count": plan.wanted,
        "item_count": len(items),
    }
    return Draw(
        validated(REVIEW_DRAWS, pd.DataFrame([record])[list(REVIEW_DRAWS.schema.columns)]),
        validated(REVIEW_ITEMS, items[list(REVIEW_ITEMS.schema.columns)].reset_index(drop=True)),
        validated(REVIEW_FRAMES, rows[list(REVIEW_FRAMES.schema.columns)]),
    )


def combined(frames: pd.DataFrame) -> pd.Series:
    """The chance of each conversation to be in any of several draws: 1 - product of (1 - chance)."""
    missed = (1 - frames["inclusion_probability"]).groupby(frames["conversation_id"]).prod()
    return (1 - missed).rename("inclusion_probability")


def first_draws(items: pd.DataFrame) -> pd.DataFrame:
    """One row per conversation that was ever drawn: that of the draw by which it came to review."""
    ordered = items.sort_values(["drawn_on", "draw_id", "conversation_id"])
    return ordered.drop_duplicates("conversation_id").reset_index(drop=True)
