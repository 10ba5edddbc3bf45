"""Small worlds of reviews that nobody made, drawn by seed, for the models of corrections.

What the index must say about them is computed in reviews_by_hand.py, never here.
"""

from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import pandas as pd
from compiled import Compiled

PATTERNS = ("directive", "feedback_loop", "task_iteration", "learning", "validation", "none")
MODELS = [
    "int_reviews_kept",
    "int_labels_settled",
    "int_conversations_reviewed",
    "int_conversations_predicted",
    "int_predictions_summed_by_user",
    "int_users_weighed_in_periods",
    "int_reviews_placed_in_corrections",
    "int_corrections_listed",
    "int_strata_merged",
    "int_strata_counted",
    "int_error_rates_estimated",
    "int_shares_corrected",
    "int_user_effects_summed",
    "int_corrected_variances_computed",
    "int_corrected_intervals_computed",
    "int_slopes_estimated",
    "int_shares_regressed",
    "int_regressed_intervals_computed",
]
"""From reviews to corrected shares, in order."""


@dataclass(frozen=True)
class ReviewWorld:
    """One row per conversation: cluster, weight, predicted and true pattern, chance of review, whether reviewed.

    Labels are cells; `second` is a label with half the credit, or None.
    """

    rows: pd.DataFrame

    @classmethod
    def draw(
        cls, rng: np.random.Generator, n: int = 400, users: int = 30, rho: float = 0.2, right: float = 0.65,
        chance: float = 0.3, are_equal: bool = True,
    ) -> "ReviewWorld":  # fmt: skip
        """Heavy-tailed users who lean to patterns of their own, and an engine that is right so often."""
        labels = ["_none" if pattern == "none" else pattern for pattern in PATTERNS]
        popularity = 1 / np.arange(1, users + 1) ** 0.9
        who = rng.choice(users, n, p=popularity / popularity.sum())
        base = np.array([0.38, 0.02, 0.2, 0.33, 0.02, 0.05])
        leaning = rng.dirichlet(base * (1 - rho) / rho, users)
        true = np.array([rng.choice(len(labels), p=leaning[user]) for user in who])
        wrong = rng.choice(len(labels), n, p=base)
        guess = np.where(rng.random(n) < right, true, wrong)
        predicted = np.where(rng.random(n) < 0.06, "_unclassified", np.array(labels)[guess])
        pi = np.full(n, chance) if are_equal else rng.uniform(chance / 2, min(1, chance * 2), n)
        second = np.where(rng.random(n) < 0.08, np.array(labels)[wrong], None)
        true = np.array(labels)[true]
        rows = pd.DataFrame({"cluster": who + 1, "weight": 1.0, "predicted": predicted, "label": true, "pi": pi})
        rows["second"] = np.where(second == true, None, second)
        rows["is_reviewed"] = rng.random(n) < pi
        return cls(rows)


def given_tables(world: ReviewWorld, facet: str = "collaboration") -> dict[str, pd.DataFrame]:
    """The tables that the models read, for a home of one week."""
    rows = world.rows.reset_index(drop=True)
    ids = [f"c{number}" for number in range(len(rows))]
    week = date(2026, 1, 5)
    labelled = pd.DataFrame(
        {"week_start": week, "conversation_key": range(1, len(rows) + 1), "conversation_id": ids}
    ).assign(cluster_key=rows["cluster"], cluster_unit="user", weight=rows["weight"], engine="local")
    labelled[facet] = rows["predicted"]
    reviews = pd.concat(
        [
            rows.assign(conversation_id=ids, value=rows["label"], coder_id="a"),
            rows.assign(conversation_id=ids, value=rows["second"].fillna(rows["label"]), coder_id="b"),
        ]
    )
    reviews = reviews[reviews["is_reviewed"]].reset_index(drop=True)
    reviews["review_id"] = [f"r{number}" for number in range(len(reviews))]
    found = reviews[["review_id", "conversation_id", "value", "predicted", "coder_id"]].assign(
        facet=facet, outcome="labelled", coder="machine", codebook_version="1", draw_id="d1", frame="uniform",
        predicted_version="1", inclusion_probability=reviews["pi"], is_settled=False, reviewed_on=date(2026, 2, 1),
    )  # fmt: skip
    return {
        "int_conversations_labelled": labelled,
        "stg_lake__reviews": found,
        "stg_lake__facet_summaries": pd.DataFrame({"conversation_id": ids, "model": "m", f"{facet}_version": "1"}),
        "int_periods_numbered": pd.DataFrame(
            {"week_start": week, "period_type": ["week", "all"], "period_start": week, "period_key": [1, 2]}
        ),
    }


def run(compiled: Compiled, world: ReviewWorld, models: list[str] | None = None) -> duckdb.DuckDBPyConnection:
    """The models over a world."""
    return compiled.run(models or MODELS, given_tables(world))
