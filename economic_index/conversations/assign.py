"""Weeks and users for logs that carry none: deterministic, and flagged as assigned wherever they go.

Nothing is drawn at random, and nothing real is derived: no trend may be claimed on assigned weeks.
"""

import hashlib
from datetime import UTC, datetime, time, timedelta

from economic_index.conversations.sources import AssignWeeks

USER_COUNT = 800
WEEK_SECONDS = 7 * 24 * 3600


def assigned_start(native_id: str, weeks: AssignWeeks) -> datetime:
    """A moment in one of the weeks, from two hashes of the conversation's id (without part suffix)."""
    week = _hash("week", native_id) % weeks.count
    second = _hash("time", native_id) % WEEK_SECONDS
    return datetime.combine(weeks.start, time(), UTC) + timedelta(weeks=week, seconds=second)


def assigned_user(native_id: str) -> str:
    """Raw id of one of 800 invented users, from a third hash of the conversation's id."""
    return f"assigned-{_hash('user', native_id) % USER_COUNT}"


def _hash(purpose: str, native_id: str) -> int:
    text = f"{purpose}\x1f{native_id}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(text).digest()[:8])
