"""Reviews that nobody made, of the home of all tests: two machines, a third reading for some, and traps.

What corrected shares must be is computed in reviews_by_hand.py, never here.
"""

from datetime import date

import numpy as np
import pandas as pd

from economic_index.contracts.reviews import ENGINE_ERRORS, REVIEWS

LABELS = {
    "collaboration": ("directive", "feedback_loop", "task_iteration", "learning", "validation", "none"),
    "use_case": ("work", "coursework", "personal"),
    "soc_group": ("15", "25", "27", "none"),
    "intent": ("asking", "doing", "expressing"),
}
CHANCE = 0.33


def draw_reviews(rng: np.random.Generator, conversations: pd.DataFrame, facets: pd.DataFrame) -> pd.DataFrame:
    """Rows of lake/reviews: a third of the conversations; of the intent too few; each twentieth trained an engine."""
    rows = conversations[["conversation_id"]].merge(facets, on="conversation_id")
    rows = rows[rng.random(len(rows)) < CHANCE].reset_index(drop=True)
    parts = []
    for facet, labels in LABELS.items():
        drawn = rows.head(30) if facet == "intent" else rows
        for coder in ("a", "b"):
            stays = drawn[facet].notna() & (rng.random(len(drawn)) < 0.7)
            value = np.where(stays, drawn[facet], rng.choice(labels, len(drawn)))
            same = {"facet": facet, "coder_id": coder, "value": value, "predicted": drawn[facet]}
            parts.append(drawn[["conversation_id"]].assign(**same, is_settled=False))
        settled = parts[-1][rng.random(len(drawn)) < 0.2]
        parts.append(settled.assign(coder_id="c", is_settled=True))
    reviews = pd.concat(parts, ignore_index=True)
    is_declined = rng.random(len(reviews)) < 0.03
    reviews["outcome"] = np.where(is_declined, "declined", "labelled")
    reviews.loc[is_declined, "value"] = None
    is_training = reviews["conversation_id"].isin(rows["conversation_id"].iloc[::20])
    reviews = reviews.assign(
        review_id=[f"r{number}" for number in range(len(reviews))],
        frame=np.where(is_training, "training", "uniform"),
        **{
            "coder": "machine",
            "codebook_version": "1",
            "draw_id": "d1",
            "predicted_version": "1",
            "second_value": None,
        },
        **{"inclusion_probability": CHANCE, "reviewed_on": date(2026, 5, 1), "seconds": np.nan},
    )
    return REVIEWS.schema.validate(reviews[list(REVIEWS.schema.columns)])


def known_errors(facets: pd.DataFrame) -> pd.DataFrame:
    """Rows of reference/engine_errors: of the intent alone, which has too few reviews."""
    one = facets.iloc[0]
    cells = [(a, b, 40.0 if a == b else 5.0) for a in LABELS["intent"] for b in LABELS["intent"]]
    rows = pd.DataFrame(cells, columns=["predicted", "settled", "n"]).assign(engine=one["engine"], facet="intent")
    rows["model_hash"] = one["model"] if pd.isna(one["model_hash"]) else one["model_hash"]
    return ENGINE_ERRORS.schema.validate(rows[list(ENGINE_ERRORS.schema.columns)])
