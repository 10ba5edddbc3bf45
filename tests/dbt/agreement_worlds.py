"""Second answers that nobody gave, drawn by seed beside the main answers of a small home: awkward ones on purpose.

What the index must say about them is computed in agreement_by_hand.py, never here.
"""

import numpy as np
import pandas as pd

from economic_index.contracts.hierarchy import SECOND_ANSWERS

LABELS = ("directive", "feedback_loop", "task_iteration", "learning", "validation", "none")
SMALLER, LARGER = 0.25, 0.5
"""Shares of conversations asked again: the larger in the later weeks."""


def draw_second_answers(rng: np.random.Generator, conversations: pd.DataFrame) -> pd.DataFrame:
    """Rows of lake/second_answers, one kind of trouble to a question."""
    late = conversations["week_start"].rank(method="dense").gt(3).to_numpy()
    share = np.where(late, LARGER, SMALLER)
    is_drawn = rng.random(len(conversations)) < share
    drawn = conversations.loc[is_drawn, ["conversation_id", "person"]].assign(
        sample_share=share[is_drawn], late=late[is_drawn]
    )
    leaning = np.array(LABELS)[drawn["person"] % len(LABELS)]
    other = rng.choice(LABELS, len(drawn), p=[0.4, 0.2, 0.1, 0.1, 0.1, 0.1])
    steady = np.where(rng.random(len(drawn)) < 0.6, leaning, other)
    again = rng.choice(LABELS, len(drawn), p=[0.1, 0.1, 0.1, 0.1, 0.2, 0.4])
    nodes = np.array([f"node-{number}" for number in rng.zipf(1.5, len(drawn)) % 200])
    rare = np.where(np.arange(len(drawn)) % 200 == 0, "coursework", "work")
    questions = [
        _asked(drawn, "redraw", "collaboration", steady, np.where(rng.random(len(drawn)) < 0.7, steady, again)),
        _asked(drawn, "wording", "collaboration", other, again),  # independent of each other
        _asked(drawn, "algorithm", "task", nodes, np.where(rng.random(len(drawn)) < 0.5, nodes, nodes[::-1])),
        _asked(drawn, "algorithm", "soc_group", steady, steady),  # equal everywhere
        _asked(drawn, "engine", "task_success", "yes", "yes"),  # nothing else to say
        _asked(drawn.head(9), "redraw", "intent", "doing", "asking"),  # below the floor
        _asked(drawn, "order", "use_case", "work", None),  # nothing to compare
        _asked(drawn, "engine", "use_case", rare, rare),  # equal everywhere, and hardly anything else to say
    ]
    rows = pd.concat(questions, ignore_index=True)
    # answers of both models stay apart; a few have no second answer, or no main one
    rows["model"] = np.where(rows.pop("late"), "judge-2", "judge")
    lost = rng.random(len(rows))
    rows.loc[lost < 0.06, "value"] = None
    rows.loc[lost > 0.97, "main_value"] = None
    # the week was labelled again since by the engine that facets name
    rows.loc[rng.random(len(rows)) < 0.1, "main_engine"] = "local"
    rows["state"] = np.where(rows["value"].notna(), "answered", "refused")
    return SECOND_ANSWERS.schema.validate(rows[list(SECOND_ANSWERS.schema.columns)])


def _asked(drawn: pd.DataFrame, kind: str, facet: str, main: object, second: object) -> pd.DataFrame:
    """One question about the drawn conversations."""
    same = {"engine": "claude", "main_engine": "claude", "version": "1", "confidence": np.nan}
    rows = drawn.drop(columns="person").assign(kind=kind, facet=facet, main_value=main, value=second, **same)
    if facet == "collaboration" and kind == "redraw":  # one model over all weeks, at both shares
        return rows.assign(late=False)
    return rows
