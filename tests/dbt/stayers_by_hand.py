"""Stayers, joiners and leavers as Melitz and Polanec (2015) write them, and each part's error user by user."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from mix_by_hand import interval


@dataclass(frozen=True)
class Shares:
    """Users with their weight and the part of it that is automation: one row a user."""

    users: pd.DataFrame

    @property
    def share(self) -> float:
        """Automation share."""
        return float(self.users["y"].sum() / self.users["d"].sum())

    @property
    def z(self) -> pd.Series:
        """How far each user moves the share, corrected for leverage (method 5.3)."""
        d, y = self.users["d"], self.users["y"]
        return (y - self.share * d) / d.sum() / np.sqrt(1 - d / d.sum())

    @property
    def df(self) -> float:
        """Degrees of freedom of method 5.1."""
        h = self.users["d"] / self.users["d"].sum()
        return max(1.0, float(1 / ((h**2).sum() + (h**2 / (1 - h)).sum() ** 2 - (h**4 / (1 - h) ** 2).sum())))


def by_user(conversations: pd.DataFrame) -> pd.DataFrame:
    """Weight of each user, and of their automation; conversations have a classified pattern."""
    is_automation = conversations["pattern"].isin(["directive", "feedback_loop"])
    rows = conversations.assign(y=conversations["weight"].where(is_automation, 0.0))
    return rows.groupby("cluster")[["weight", "y"]].sum().rename(columns={"weight": "d"})


def stayers_by_hand(before: pd.DataFrame, after: pd.DataFrame) -> dict[str, tuple[float, float, float]]:
    """Value and interval of each part; frames as `by_user` gives them, at least one user in both."""
    both = before.index.intersection(after.index)
    whole = [Shares(before), Shares(after)]
    stayed = [Shares(before.loc[both]), Shares(after.loc[both])]
    left, joined = before.drop(both), after.drop(both)
    values = {"stayers": stayed[1].share - stayed[0].share, "total": whole[1].share - whole[0].share}
    values["joiners"] = values["leavers"] = 0.0
    if len(joined):
        weight = joined["d"].sum() / after["d"].sum()
        values["joiners"] = float(weight * (Shares(joined).share - stayed[1].share))
    if len(left):
        weight = left["d"].sum() / before["d"].sum()
        values["leavers"] = float(weight * (stayed[0].share - Shares(left).share))
    shares = {
        "stayers": (stayed[1], stayed[0]),
        "joiners": (whole[1], stayed[1]),
        "leavers": (stayed[0], whole[0]),
        "total": (whole[1], whole[0]),
    }
    found = {}
    for name, (plus, minus) in shares.items():
        variance = float((plus.z.sub(minus.z, fill_value=0) ** 2).sum())
        found[name] = (values[name], *interval(values[name], variance, min(plus.df, minus.df)))
    return found
