"""What agreement and kappa must say, from both answers alone: pandas and numpy, without a line of the project's SQL."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from by_hand import GRID, T_AT_GRID, Share, pooled_design_effect, share

GROUPS = 50


@dataclass(frozen=True)
class Kappa:
    """Cohen's kappa with its interval by leaving out groups of users (method 5.8)."""

    expected: float
    kappa: float
    lo: float
    hi: float


def agreement(rows: pd.DataFrame) -> Share:
    """Share of equal answers by method 5.1; rows are (cluster, user_id, weight, value, main_value), all comparable."""
    equal = rows["weight"].where(rows["value"] == rows["main_value"], 0.0)
    y, d = (weight.groupby(rows["cluster"]).sum().to_numpy() for weight in (equal, rows["weight"]))
    kish = rows["weight"].sum() ** 2 / (rows["weight"] ** 2).sum()
    scale = kish / d.sum()
    cells = np.stack([y, d - y])
    deff_0 = pooled_design_effect(cells * scale, d * scale, kish)
    users = rows["user_id"].dropna().nunique() + int(rows["user_id"].isna().any())
    return share(y, d, kish, kish, deff_0, (len(rows), users))


def kappa(rows: pd.DataFrame) -> tuple[float, float]:
    """Expected agreement and kappa: from the weighted table of second by main answers."""
    labels = sorted(set(rows["value"]) | set(rows["main_value"]))
    table = rows.pivot_table(index="value", columns="main_value", values="weight", aggfunc="sum", fill_value=0.0)
    cells = table.reindex(index=labels, columns=labels, fill_value=0.0).to_numpy()
    cells = cells / cells.sum()
    expected = float(cells.sum(axis=1) @ cells.sum(axis=0))
    if expected > 1 - 1e-12:
        return expected, np.nan
    return expected, float((np.trace(cells) - expected) / (1 - expected))


def users_in_order(rows: pd.DataFrame) -> pd.Index:
    """Clusters as the groups are dealt: those without a user first, the last conversation first, then users by name."""
    named = sorted(rows["user_id"].dropna().unique())
    unnamed = rows[rows["user_id"].isna()].sort_values(["week_start", "conversation_id"], ascending=False)
    return pd.Index([*unnamed["cluster"], *named])


def kappa_by_jackknife(rows: pd.DataFrame) -> Kappa:
    """Kappa, and its interval: each group of users is left out in turn, and kappa computed again from what is left."""
    expected, whole = kappa(rows)
    order = users_in_order(rows)
    group = rows["cluster"].map(pd.Series(np.arange(len(order)) % GROUPS, index=order))
    if np.isnan(whole) or group.nunique() < 2:
        return Kappa(expected, whole, np.nan, np.nan)
    part = rows.groupby(group)["weight"].sum() / rows["weight"].sum()
    left = np.array([kappa(rows[group != number])[1] for number in part.index])
    h = 1 / part.to_numpy()
    jackknife = len(h) * whole - ((1 - 1 / h) * left).sum()
    variance = ((h * whole - (h - 1) * left - jackknife) ** 2 / (h - 1)).mean()
    df = max(1.0, min(len(h) - 1, 1 / (part**2).sum() - 1))
    half = float(np.interp(1 / df, GRID, T_AT_GRID)) * np.sqrt(variance)
    return Kappa(expected, whole, max(-1.0, whole - half), min(1.0, whole + half))
