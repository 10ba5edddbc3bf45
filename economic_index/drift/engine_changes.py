"""Counts what two engines said of the same conversations, when one is about to take the other's place in a week.

The old rows are those that still lie in the lake, the new ones those that are about to replace them: the whole week is
the common sample, and nothing is asked for it. How far they agree, with intervals, is dbt's to say.
"""

from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa

from economic_index.classifier import Rows
from economic_index.contracts import Table, validated
from economic_index.contracts.drift import ENGINE_CHANGES
from economic_index.drift.answers import ENGINE, TASK, Said, columns_of, narrowed, said_by, said_in
from economic_index.drift.user_groups import people_by_group, user_groups
from economic_index.lake import Lake

LEAST_AGREEMENT = 0.8
"""A changed engine that says less often what was said before is told of, unless a setting says otherwise."""
SAME, ANOTHER = "same", "another"
_SIDES = [f"{side}_{name}" for side in ("old", "new") for name in ENGINE]
_KEY = ["facet", *_SIDES]


def beside_the_old(lake: Lake, table: Table, week: date, conversations: pd.DataFrame, rows: Rows) -> Rows:
    """The same rows. Once they are all drawn, and before they are committed, they have been held against the old ones.

    What was found is committed to lake/engine_changes at once: a run that is killed afterwards does it again, and finds
    the same. A conversation whose content has changed since is another one (of facets; mappings do not say what they
    read).
    """
    old = said_in(table, lake.scan_week(table, week))
    if not any(len(said) for said in old.values()):
        return rows
    if isinstance(rows, pd.DataFrame):
        _record(lake, week, changes(old, said_by(table, rows), conversations))
        return rows
    return _drawn(lake, table, week, conversations, old, rows)


def _drawn(
    lake: Lake, table: Table, week: date, conversations: pd.DataFrame, old: Said, batches: Iterator[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    seen = []
    for batch in batches:
        seen.append(narrowed(table, batch))
        yield batch
    new = pd.concat(seen, ignore_index=True) if seen else pd.DataFrame(columns=columns_of(table))
    _record(lake, week, changes(old, said_by(table, new), conversations))


def changes(old: Said, new: Said, conversations: pd.DataFrame) -> pd.DataFrame:
    """Counts by facet, pair of engines, group of users and pair of labels; `change_number` is 1.

    Only conversations that both sides answered or left unclassified, and of which another engine, model or version
    spoke.
    """
    found = [_compared(facet, old[facet], new[facet], conversations) for facet in old if facet in new]
    found = [rows for rows in found if len(rows)]
    columns = list(ENGINE_CHANGES.schema.columns)
    return pd.concat(found, ignore_index=True)[columns] if found else pd.DataFrame(columns=columns)


def _compared(facet: str, old: pd.DataFrame, new: pd.DataFrame, conversations: pd.DataFrame) -> pd.DataFrame:
    users = conversations[["conversation_id", "user_id"]]
    both = _side("old", old).merge(_side("new", new), on="conversation_id").merge(users, on="conversation_id")
    if "old_content_hash" in both:
        both = both[both["old_content_hash"] == both["new_content_hash"]]
    is_changed = [both[f"old_{name}"].fillna("") != both[f"new_{name}"].fillna("") for name in ENGINE]
    both = both[np.logical_or.reduce(is_changed)]
    if facet == TASK:  # tasks are thousands: whether they are the same is what is counted
        is_same = both["old_label"] == both["new_label"]
        both = both.assign(old_label=SAME, new_label=is_same.map({True: SAME, False: ANOTHER}))
    return _counted(both.assign(facet=str(facet), change_number=1))


def _side(side: str, rows: pd.DataFrame) -> pd.DataFrame:
    return rows.rename(columns={name: f"{side}_{name}" for name in rows.columns if name != "conversation_id"})


def _counted(both: pd.DataFrame) -> pd.DataFrame:
    parts = []
    cells = [*_KEY, "change_number", "user_group", "old_label", "new_label"]
    for _, of_pair in both.groupby(_KEY, dropna=False):
        groups = user_groups(of_pair)
        counted = of_pair.assign(user_group=groups).groupby(cells, dropna=False, as_index=False).size()
        counted = counted.rename(columns={"size": "conversation_count"})
        parts.append(counted.merge(people_by_group(of_pair, groups), left_on="user_group", right_index=True))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _record(lake: Lake, week: date, found: pd.DataFrame) -> None:
    """Add to the week's changes; the same change found again takes the place of the earlier finding."""
    if found.empty:
        return
    known = lake.read_week(ENGINE_CHANGES, week)
    pairs = found[_KEY].fillna("").agg("\n".join, axis=1)
    others = known[~known[_KEY].fillna("").agg("\n".join, axis=1).isin(set(pairs))] if len(known) else known
    number = int(others["change_number"].max()) + 1 if len(others) else 1
    rows = pd.concat([others, found.assign(change_number=number)], ignore_index=True)
    lake.commit_week(week, {ENGINE_CHANGES: validated(ENGINE_CHANGES, rows)})


def agreement_of_last_change(lake: Lake, week: date, facets: tuple[str, ...]) -> dict[str, tuple[float, int]]:
    """Of each facet's last change in the week: share of equal labels, and conversations compared."""
    rows = lake.read_week(ENGINE_CHANGES, week)
    rows = rows[rows["facet"].isin(facets)]
    rows = rows[rows["change_number"] == rows.groupby("facet")["change_number"].transform("max")]
    counts = rows["conversation_count"]
    equal = counts.where(rows["old_label"] == rows["new_label"], 0).groupby(rows["facet"]).sum()
    of = counts.groupby(rows["facet"]).sum()
    return {str(facet): (float(equal[facet] / of[facet]), int(of[facet])) for facet in of.index}
