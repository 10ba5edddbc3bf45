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
    week, second, _ = _hashes(native_id)
    return datetime.combine(weeks.start, time(), UTC) + timedelta(
        weeks=week % weeks.count, seconds=second % WEEK_SECONDS
    )


def assigned_user(native_id: str) -> str:
    """Raw id of one of 800 invented users, from a third hash of the conversation's id."""
    return f"assigned-{_hashes(native_id)[2] % USER_COUNT}"


def _hashes(native_id: str) -> tuple[int, int, int]:
    """Three independent parts of one digest."""
    digest = hashlib.sha256(f"assigned\x1f{native_id}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8]), int.from_bytes(digest[8:16]), int.from_bytes(digest[16:24])
