"""Where review stands: what coders agree on, what they dispute, and how often they agree.

Pure functions over rows of lake/reviews. How engines compare with reviews is dbt's to say.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from economic_index.contracts.review_items import REVIEWED
from economic_index.evaluate.agreement import accuracy, cohen_kappa
from economic_index.review.readings import THIRD
from economic_index.vocabulary import ReviewOutcome

KEY = ["conversation_id", "coder", "facet"]


@dataclass(frozen=True)
class Agreement:
    """How often two coders of one kind gave one label of a facet."""

    facet: str
    count: int
    accuracy: float
    kappa: float


def with_settled(reviews: pd.DataFrame) -> pd.DataFrame:
    """Each row with `is_settled` as all rows together say: a third reading, else the label of the most coders.

    Persons and machines are settled apart. One label of one coder is not settled, nor are two with as many coders.
    """
    marks = pd.Series(False, index=reviews.index)
    for _, rows in _labelled(reviews).groupby(KEY, sort=False):
        third = rows[_is_third(rows)]
        if len(third):
            last = third.sort_values(["reviewed_on", "review_id"]).index[-1]
            marks[last] = True
        elif (label := _majority(rows)) is not None:
            marks[rows.index[rows["value"] == label]] = True
    return reviews.assign(is_settled=marks.astype(bool))


def disputes(reviews: pd.DataFrame) -> dict[tuple[str, str], frozenset[str]]:
    """Conversation and kind of coder to the facets on which first readings disagree, until a third one settles them."""
    found: dict[tuple[str, str], set[str]] = {}
    for (conversation, coder, facet), rows in _labelled(reviews).groupby(KEY):
        if not _is_third(rows).any() and rows["coder_id"].nunique() > 1 and _majority(rows) is None:
            found.setdefault((str(conversation), str(coder)), set()).add(str(facet))
    return {key: frozenset(facets) for key, facets in found.items()}


def options(reviews: pd.DataFrame, conversation_id: str, facets: frozenset[str]) -> Mapping[str, list[str]]:
    """The labels between which a third reading decides, in an order that says nothing of who gave which."""
    rows = _labelled(reviews[reviews["conversation_id"] == conversation_id])
    return {facet: sorted(rows.loc[rows["facet"] == facet, "value"].unique()) for facet in sorted(facets)}


def readers(reviews: pd.DataFrame, coder: str) -> pd.Series:
    """By conversation how many coders of a kind have read it, refusals included."""
    first = reviews[(reviews["coder"] == coder) & ~_is_third(reviews)]
    counts: pd.Series = first.groupby("conversation_id")["coder_id"].nunique()
    return counts


def agreements(reviews: pd.DataFrame, coder: str) -> list[Agreement]:
    """Facet by facet, over conversations that two of a kind of coders labelled: the first two by id, if more."""
    rows = _labelled(reviews[reviews["coder"] == coder])
    rows = rows[~_is_third(rows)].sort_values([*KEY, "coder_id"])
    return list(_agreements(rows))


def _agreements(rows: pd.DataFrame) -> Iterator[Agreement]:
    for facet in REVIEWED:
        pairs = [
            tuple(group["value"].iloc[:2])
            for _, group in rows[rows["facet"] == facet].groupby("conversation_id")
            if len(group) > 1
        ]
        first, second = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        yield Agreement(facet, len(pairs), accuracy(first, second), cohen_kappa(first, second))


def changed_count(old: pd.DataFrame, new: pd.DataFrame) -> int:
    """How many readings say something else than what stands for the same reader and conversation."""
    key, said = ["review_id", "facet"], ["value", "second_value", "outcome"]
    both = new.merge(old, on=key, suffixes=("", "_before"))
    is_other = pd.Series(False, index=both.index)
    for name in said:
        is_other |= both[name].fillna("").ne(both[f"{name}_before"].fillna(""))
    return int(both.loc[is_other, "review_id"].nunique())


def _labelled(reviews: pd.DataFrame) -> pd.DataFrame:
    return reviews[reviews["outcome"] == ReviewOutcome.LABELLED]


def _is_third(reviews: pd.DataFrame) -> pd.Series:
    return reviews["review_id"].astype(str).str.startswith(THIRD)


def _majority(rows: pd.DataFrame) -> str | None:
    """The label of the most coders, if more than one gave it and none has as many."""
    (label, count), *others = Counter(rows["value"]).most_common(2)
    return str(label) if count > 1 and (not others or others[0][1] < count) else None
