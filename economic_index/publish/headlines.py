"""The five lines that a run prints at its end.

Read from mart_headlines and its neighbours; nothing is computed here.
"""

import math

import pandas as pd

from economic_index.publish.home import Home
from economic_index.publish.numerals import count, percent, percent_with_interval
from economic_index.publish.selection import rows_of_all
from economic_index.publish.served import ServedMarts
from economic_index.publish.titles import group_title

HIDDEN = "not shown: too few conversations"


def headlines(marts: ServedMarts) -> list[str]:
    """Conversations and users; occupational and unclassified; largest group; automation; concentration."""
    home = Home.of(marts)
    rows = rows_of_all(marts, "mart_headlines")
    row = rows.iloc[0] if len(rows) else pd.Series(dtype=object)
    return [
        f"Conversations: {count(home.conversations)} ({_users(home)})",
        f"Occupational: {_share(row, 'occupational_share')} of those judged; not judged: "
        f"{_point(row, 'screen_unclassified_share')}; task unclassified: {_point(row, 'task_unclassified_share')}",
        f"Largest SOC group: {_group(row)}",
        f"Automation: {_share(row, 'automation_share')}",
        f"Ten largest tasks: {_point(row, 'top_10_tasks_share', ' of the conversations with a task')}",
    ]


def _users(home: Home) -> str:
    if home.is_user_assigned:
        return f"{count(home.users)} users, assigned" if home.users else "users assigned"
    return f"{count(home.users)} {'user' if home.users == 1 else 'users'}" if home.users else "users not known"


def _group(row: pd.Series) -> str:
    title = row.get("largest_soc_group_title")
    if title is None or pd.isna(title):
        return HIDDEN
    return f"{group_title(str(row.get('largest_soc_group')), str(title))}, {_share(row, 'largest_soc_group_share')}"


def _share(row: pd.Series, name: str) -> str:
    share, lo, hi = (_number(row, f"{name}{end}") for end in ("", "_lo", "_hi"))
    return HIDDEN if math.isnan(share) and math.isnan(lo) else percent_with_interval(share, lo, hi)


def _point(row: pd.Series, name: str, of: str = "") -> str:
    share = _number(row, name)
    return HIDDEN if math.isnan(share) else percent(share) + of


def _number(row: pd.Series, name: str) -> float:
    value = row.get(name)
    return float("nan") if value is None or pd.isna(value) else float(value)
