"""The making set: conversations whose labels trained or tuned the engine that ships. It errs less on them.

All are of the demonstration corpus: no other home has one.
"""

from functools import cache

import pandas as pd

from economic_index.labels.label_sets import load_set, names
from economic_index.review.test_set import conversation_of

TRAINING = "training"
MAKING_FRAMES = (TRAINING, "tuning")
"""Frames of reviews that never correct a figure (dbt's int_reviews_kept)."""


@cache
def making_set() -> frozenset[str]:
    """Ids, as a home gives them, of every conversation that a label set which is no test set has."""
    sets = [each for each in map(load_set, names()) if each.purpose != "test"]
    return frozenset(conversation_of(record) for each in sets for record in each.ids)


def makers(reviews: pd.DataFrame) -> frozenset[str]:
    """The making set, with the conversations of which a review says that its label made an engine."""
    return making_set() | frozenset(reviews.loc[reviews["frame"].isin(MAKING_FRAMES), "conversation_id"])


def marked(reviews: pd.DataFrame) -> pd.DataFrame:
    """The reviews, those of the making set with the frame by which they correct nothing; none is lost."""
    return reviews.assign(frame=reviews["frame"].mask(reviews["conversation_id"].isin(making_set()), TRAINING))
