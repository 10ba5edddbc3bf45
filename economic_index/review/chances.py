"""The chance of a conversation to come to a kind of coder: that of the draws which it has read, together.

A draw that persons have read says nothing of how machines came to theirs, nor does one that was only begun.
"""

from collections.abc import Callable
from datetime import date

import pandas as pd

from economic_index.review.draws import combined


def with_chances(
    reviews: pd.DataFrame, draws: pd.DataFrame, items: pd.DataFrame, frame_of: Callable[[date], pd.DataFrame]
) -> pd.DataFrame:
    """Each review of a draw with its chance, by week and kind of coder; `frame_of` reads a week of lake/review_frames.

    `items` are those that can be read. Reviews of what is no draw of the home keep their chance.
    """
    weeks = reviews["draw_id"].map(dict(zip(draws["draw_id"], draws["week_start"], strict=True)))
    found = reviews["inclusion_probability"].copy()
    for week, ours in reviews.groupby(weeks):
        frame = frame_of(week)
        of_draw = frame.set_index(["draw_id", "conversation_id"])["inclusion_probability"]
        for _, said in ours.groupby("coder"):
            chances = combined(frame[frame["draw_id"].isin(read_draws(said, items[items["week_start"] == week]))])
            frozen = of_draw.reindex(pd.MultiIndex.from_frame(said[["draw_id", "conversation_id"]])).to_numpy()
            # of a conversation that no draw which was read could find, the chance of its own
            known = said["conversation_id"].map(chances).fillna(pd.Series(frozen, said.index))
            found.loc[said.index] = known.fillna(found.loc[said.index])
    return reviews.assign(inclusion_probability=found)


def read_draws(said: pd.DataFrame, items: pd.DataFrame) -> set[str]:
    """The draws of which a kind of coder has read every item, refusals included; if it has none, those it has begun."""
    is_read = items["conversation_id"].isin(said["conversation_id"])
    is_finished = is_read.groupby(items["draw_id"]).all()
    return set(is_finished.index[is_finished]) or set(said["draw_id"])
