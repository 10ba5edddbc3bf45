"""What the home is: whose conversations, from when, by which engine, for whom.

One row of a mart is read into one value; nothing is counted here.
"""

import math
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

import pandas as pd

from economic_index.publish.served import ServedMarts
from economic_index.publish.titles import engine_title
from economic_index.vocabulary import Audience, Engine


@dataclass(frozen=True)
class Home:
    """Facts that stand at the head of every page."""

    conversations: int = 0
    users: int | None = None
    sources: str = ""
    first_week: date | None = None
    last_week: date | None = None
    engines: tuple[str, ...] = ()
    model_hash: str = ""
    audience: str = Audience.ORGANISATION
    has_self_source: bool = False
    is_time_assigned: bool = False
    is_user_assigned: bool = False
    floor_conversations: int = 15
    floor_users: int = 5

    @classmethod
    def of(cls, marts: ServedMarts) -> Self:
        """Read the one row; an empty home has no conversation and no engine."""
        rows = marts.mart("mart_summary_of_home")
        if rows.empty:
            return cls()
        row = rows.iloc[0]
        return cls(
            conversations=_integer(row.get("conversations")) or 0,
            users=_integer(row.get("users")),
            sources=_text(row.get("sources")),
            first_week=_day(row.get("first_week")),
            last_week=_day(row.get("last_week")),
            engines=_words(row.get("engine")),
            model_hash=_text(row.get("model_hash")),
            audience=_text(row.get("audience")) or Audience.ORGANISATION,
            has_self_source=_flag(row.get("has_self_source")),
            is_time_assigned=_flag(row.get("is_time_assigned")),
            is_user_assigned=_flag(row.get("is_user_assigned")),
            floor_conversations=_integer(row.get("floor_conversations", 15)) or 0,
            floor_users=_integer(row.get("floor_users", 5)) or 0,
        )

    @property
    def engine(self) -> str:
        """The engines in words; `none yet` before anything was classified."""
        return ", ".join(engine_title(name) for name in self.engines) or "none yet"

    @property
    def is_local(self) -> bool:
        """Whether the embedded engine gave any of the answers."""
        return Engine.LOCAL in self.engines

    @property
    def is_of_one_person(self) -> bool:
        """Whether these are one person's own logs: no floor, never to be released."""
        return self.audience == Audience.SELF

    @property
    def has_no_users(self) -> bool:
        """Whether the logs name no user at all."""
        return not self.users and not self.is_user_assigned

    @property
    def weeks(self) -> str:
        """The span of weeks in words; '' if there is none."""
        if self.first_week is None or self.last_week is None:
            return ""
        if self.first_week == self.last_week:
            return f"the week of {self.first_week:%-d %B %Y}"
        return f"the weeks of {self.first_week:%-d %B %Y} to {self.last_week:%-d %B %Y}"


def _text(value: Any) -> str:
    if isinstance(value, (list, tuple)) or hasattr(value, "tolist"):
        return ", ".join(str(item) for item in value)
    return "" if value is None or pd.isna(value) else str(value)


def _words(value: Any) -> tuple[str, ...]:
    return tuple(word.strip() for word in _text(value).split(",") if word.strip())


def _integer(value: Any) -> int | None:
    return None if value is None or pd.isna(value) or math.isnan(float(value)) else int(value)


def _flag(value: Any) -> bool:
    return False if value is None or pd.isna(value) else bool(value)


def _day(value: Any) -> date | None:
    return None if value is None or pd.isna(value) else pd.Timestamp(value).date()
