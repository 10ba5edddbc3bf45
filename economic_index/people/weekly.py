"""A week's conversations and the people behind them: segments and weights by what held when each began.

Nothing is read from a users table here, and nothing is committed.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from economic_index.contracts import Table, validated
from economic_index.contracts.lake import SEGMENTS, USERS, WEIGHTS
from economic_index.lake import Lake, empty_frame, fingerprint
from economic_index.people.directory import UNKNOWN

SEGMENTS_VERSION = "1"
_DAYS = ["valid_from", "valid_to"]


@dataclass
class _Rows:
    """A table of people as one commit left it, with its days as numbers."""

    commit_id: str
    frame: pd.DataFrame
    hashes: dict[date, str | None] = field(default_factory=dict)


_known: dict[tuple[Path, str], _Rows] = {}
"""The last commit of each table: which weeks are due is asked for every week in turn."""


def users_fingerprint(lake: Lake, week: date) -> str | None:
    """Hash of the attributes that hold in a week, and of the names of others; None if the table has none."""
    return _fingerprint(lake, USERS, week)


def weights_fingerprint(lake: Lake, week: date) -> str | None:
    """Hash of the weights that hold in a week; None if none does."""
    return _fingerprint(lake, WEIGHTS, week)


def segments_of_week(lake: Lake, week: date, conversations: pd.DataFrame) -> pd.DataFrame:
    """Rows of lake/segments: for each conversation and attribute its user's value at the start, else `(unknown)`.

    `conversations` are rows of lake/conversations of the week. An attribute that the table has in other weeks alone is
    unknown in this one.
    """
    users = _valid_in(lake, USERS, week)
    types = sorted(_rows(lake, USERS).frame["segment_type"].unique())
    if conversations.empty or not types:
        return empty_frame(SEGMENTS)
    found = _held_at_start(conversations, users, "user_id", "user_id")
    found = found.drop_duplicates(["conversation_id", "segment_type"])
    every = pd.MultiIndex.from_product(
        [conversations["conversation_id"].sort_values(), types], names=["conversation_id", "segment_type"]
    )
    rows = found.set_index(["conversation_id", "segment_type"])["segment"].reindex(every, fill_value=UNKNOWN)
    return validated(SEGMENTS, rows.reset_index())


def weights_of(lake: Lake, week: date, conversations: pd.DataFrame) -> NDArray[np.float64] | None:
    """The weight of each row of lake/conversations: its own, else its user's at the start, else 1; None if unsaid."""
    if lake.commit_of(WEIGHTS) is None:
        return None
    weights = _valid_in(lake, WEIGHTS, week)
    own = _held_at_start(conversations, weights, "conversation_id", "subject_id")
    of_user = _held_at_start(conversations, weights, "user_id", "subject_id")
    found = pd.concat([own, of_user]).drop_duplicates("conversation_id").set_index("conversation_id")["weight"]
    return conversations["conversation_id"].map(found).fillna(1.0).to_numpy("float64")


def _held_at_start(conversations: pd.DataFrame, rows: pd.DataFrame, key: str, subject: str) -> pd.DataFrame:
    """Each conversation beside the rows of its subject that held on the day (UTC) on which it began."""
    asked = pd.DataFrame(
        {
            "conversation_id": conversations["conversation_id"],
            "asked": conversations[key],
            "day": _numbers([moment.date() for moment in conversations["started_at"]]),
        }
    )
    columns = [column for column in rows.columns if column != "conversation_id"]
    joined = asked.dropna(subset=["asked"]).merge(rows[columns], left_on="asked", right_on=subject)
    return joined[(joined["valid_from"] <= joined["day"]) & (joined["day"] <= joined["valid_to"])]


def _valid_in(lake: Lake, table: Table, week: date) -> pd.DataFrame:
    """Rows that hold on some day of a week."""
    frame = _rows(lake, table).frame
    first, last = week.toordinal(), (week + timedelta(days=6)).toordinal()
    return frame[(frame["valid_from"] <= last) & (frame["valid_to"] >= first)]


def _fingerprint(lake: Lake, table: Table, week: date) -> str | None:
    rows = _rows(lake, table)
    if week not in rows.hashes:
        valid = _valid_in(lake, table, week)
        # days within the week alone: a row that ends later than was said touches no week before
        ends = {"valid_from": week.toordinal(), "valid_to": (week + timedelta(days=6)).toordinal()}
        valid = valid.assign(**{name: valid[name].clip(ends["valid_from"], ends["valid_to"]) for name in _DAYS})
        digest = hashlib.sha256(np.ascontiguousarray(pd.util.hash_pandas_object(valid, index=False)).tobytes())
        held = digest.hexdigest()[:16] if len(valid) else None
        elsewhere = _attributes(rows.frame) - _attributes(valid)
        rows.hashes[week] = fingerprint(held, sorted(elsewhere)) if elsewhere else held
    return rows.hashes[week]


def _attributes(rows: pd.DataFrame) -> set[str]:
    """Attributes of the users table; weights have none."""
    return set(rows["segment_type"]) if "segment_type" in rows else set()


def _rows(lake: Lake, table: Table) -> _Rows:
    commit = lake.commit_of(table)
    commit_id = commit.commit_id if commit else ""
    key = (lake.root, table.name)
    if key not in _known or _known[key].commit_id != commit_id:
        frame = lake.read(table)
        days = {"valid_from": date.min, "valid_to": date.max}
        numbers = {name: _numbers([day or end for day in frame[name]]) for name, end in days.items()}
        _known[key] = _Rows(commit_id, frame.assign(**numbers))
    return _known[key]


def _numbers(days: list[date]) -> np.ndarray:
    return np.array([day.toordinal() for day in days], dtype="int64")
