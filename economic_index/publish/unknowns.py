"""What is not known: how much was left out and why, and what no interval of this page contains.

Pure functions from marts to sentences; nothing is computed here.
"""

import pandas as pd

from economic_index.publish.home import Home
from economic_index.publish.numerals import count, percent
from economic_index.publish.selection import rows_of_all
from economic_index.publish.sentences import Sentence
from economic_index.publish.served import ServedMarts
from economic_index.publish.titles import state_title

TASK_MEASURES = ("task", "statement", "onet_task_mappings", "soc_group")
COLUMNS = ["state", "words", "conversations", "usage_share"]
ANSWERED = ("answered", "classified")


def left_out(marts: ServedMarts) -> pd.DataFrame:
    """What became of every conversation when its task was asked for: state, in words, conversations, share of all."""
    rows = rows_of_all(marts, "mart_accounting")
    if rows.empty:
        return pd.DataFrame(columns=COLUMNS)
    measures = set(rows["measure"])
    measure = next((name for name in TASK_MEASURES if name in measures), str(rows["measure"].iloc[0]))
    rows = rows[(rows["measure"] == measure) & (rows["conversations"] > 0)]
    rows = rows.assign(words=[state_title(str(state)) for state in rows["state"]])
    return rows.sort_values(["usage_share", "state"], ascending=[False, True])[COLUMNS].reset_index(drop=True)


def unknowns(marts: ServedMarts) -> list[Sentence]:
    """The sentences under 'What is not known'."""
    home = Home.of(marts)
    said = [*_unclassified(marts), *_weeks_without(marts)]
    said.append(
        Sentence(
            "How often the engine errs is not in the intervals: they tell of the people drawn, not of wrong labels.",
            "mart_collaboration",
        )
    )
    if home.is_local:
        text = "How Claude would have classified these conversations: these are results of the local engine."
        said.append(Sentence(text, "mart_summary_of_home"))
    if home.conversations and (home.is_user_assigned or home.has_no_users):
        text = (
            "How many people wrote: the intervals take each conversation, or each assigned user, as independent, and "
            "are too narrow if a few people wrote many."
        )
        said.append(Sentence(text, "mart_summary_of_home"))
    said.append(Sentence("Whether any of it was useful: failed and abandoned conversations count.", "mart_headlines"))
    return said


def _unclassified(marts: ServedMarts) -> list[Sentence]:
    rows = left_out(marts)
    out = rows[~rows["state"].isin(ANSWERED)]
    if out.empty:
        return []
    parts = [
        f"{percent(row['usage_share'])} {row['words']} ({count(row['conversations'])})" for _, row in out.iterrows()
    ]
    return [Sentence(f"Conversations without a task: {'; '.join(parts)}.", "mart_accounting")]


def _weeks_without(marts: ServedMarts) -> list[Sentence]:
    """Weeks between the first and the last that hold nothing, or nothing classified: they are not zeros."""
    weeks = marts.mart("dim_weeks")
    if weeks.empty:
        return []
    words = {"empty": "without any conversation", "not_classified": "not classified yet"}
    counts = {state: int((weeks["state"] == state).sum()) for state in words}
    parts = " and ".join(f"{number} {words[state]}" for state, number in counts.items() if number)
    text = f"Of the {len(weeks)} weeks from the first to the last, {parts}: a gap is not a fall to zero."
    return [Sentence(text, "dim_weeks")] if parts else []
