"""Groups of users by a fixed rule: clusters that stay the same over weeks, without a name.

No pseudonym leaves this module.
"""

import hashlib
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

GROUPS = 50


def user_groups(conversations: pd.DataFrame) -> npt.NDArray[np.int64]:
    """The group (0 to 49) of each conversation's user; a conversation without one is a user of its own."""
    pairs = zip(conversations["user_id"], conversations["conversation_id"], strict=True)
    return np.array([_group(user, name) for user, name in pairs], np.int64)


def _group(user: Any, conversation: Any) -> int:
    name = f"c\n{conversation}" if pd.isna(user) else f"u\n{user}"
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) % GROUPS


def people_by_group(conversations: pd.DataFrame, groups: npt.NDArray[np.int64]) -> pd.DataFrame:
    """By group (the index): `user_count` known users, and `unknown_count` conversations without one."""
    users = conversations["user_id"].to_numpy()
    by_group = pd.DataFrame({"user": users, "is_unknown": pd.isna(users)}).groupby(groups)
    return pd.DataFrame({"user_count": by_group["user"].nunique(), "unknown_count": by_group["is_unknown"].sum()})
