"""Agreement of an engine with the one before it, computed again from both labels of each conversation."""

import numpy as np
import pandas as pd
import pytest
from agreement_by_hand import agreement, kappa
from built_home import Built
from by_hand import GRID, T_AT_GRID
from drift_worlds import older_facets

from economic_index.drift.user_groups import user_groups

pytestmark = pytest.mark.slow


def compared(built: Built, facet: str) -> pd.DataFrame:
    """Both labels of each conversation, its user and group; unclassified is a label, failed is none."""
    sides = [labels(rows, facet) for rows in (older_facets(built.world.facets), built.world.facets)]
    both = pd.concat(sides, axis=1, keys=["value", "main_value"], join="inner").dropna().reset_index()
    both = both.merge(built.world.conversations[["conversation_id", "user_id", "week_start"]], on="conversation_id")
    return both.assign(cluster=user_groups(both), weight=1.0)


def labels(rows: pd.DataFrame, facet: str) -> pd.Series:
    state = rows[f"{facet}_state"].to_numpy()
    found = rows[facet].where(state == "answered", np.where(state == "unclassified", "_unclassified", None))
    return pd.Series(found.to_numpy(), index=rows["conversation_id"])


def users_at_least(both: pd.DataFrame) -> int:
    """Of each group the week with most known users, and one for all unknown ones."""
    known = both.dropna(subset="user_id").groupby(["cluster", "week_start"])["user_id"].nunique()
    return int(known.groupby("cluster").max().sum()) + int(both["user_id"].isna().any())


@pytest.mark.parametrize("facet", ["collaboration", "intent", "use_case"])
def test_every_change_is_as_by_hand(built: Built, facet: str) -> None:
    row = built.query(f"select * from marts.mart_engine_changes where facet = '{facet}'").iloc[0]
    both = compared(built, facet)
    assert (row["old_model"], row["new_model"]) == ("older", "judge")
    assert row["n_conversations"] == len(both)
    assert row["n_users"] == users_at_least(both)
    expected = agreement(both)
    numbers = [expected.share, expected.lo, expected.hi, expected.n_eff, expected.deff, expected.df]
    names = ["agreement_share", "agreement_share_lo", "agreement_share_hi", "n_eff", "deff", "df"]
    np.testing.assert_allclose(row[names].astype(float), numbers, rtol=1e-9)
    by_chance, whole = kappa(both)
    np.testing.assert_allclose(row[["expected_agreement_share", "kappa"]].astype(float), [by_chance, whole], rtol=1e-9)
    if expected.share < 1:
        ends = kappa_ends(both, whole)
        np.testing.assert_allclose(row[["kappa_lo", "kappa_hi"]].astype(float), ends, rtol=1e-9)
    else:
        assert row["kappa_interval_method"] == "exact end of the agreement"


def kappa_ends(both: pd.DataFrame, whole: float) -> list[float]:
    """Each group of users left out in turn."""
    part = both["cluster"].value_counts(normalize=True)
    left = np.array([kappa(both[both["cluster"] != group])[1] for group in part.index])
    h = 1 / part.to_numpy()
    jackknife = len(h) * whole - ((1 - 1 / h) * left).sum()
    variance = ((h * whole - (h - 1) * left - jackknife) ** 2 / (h - 1)).mean()
    df = max(1.0, min(len(h) - 1, 1 / (part**2).sum() - 1))
    half = float(np.interp(1 / df, GRID, T_AT_GRID)) * np.sqrt(variance)
    return [max(-1.0, whole - half), min(1.0, whole + half)]


def test_what_was_moved_is_what_is_counted(built: Built) -> None:
    rows = built.query("select * from marts.mart_engine_changes").set_index("facet")
    assert rows.loc["collaboration", "agreement_share_hi"] < 0.95
    assert rows.loc["use_case", "agreement_share"] == 1
    counted = built.query("""
        select old_label, new_label, sum(conversation_count)::bigint as n from intermediate.int_engine_changes_counted
        where facet = 'intent' group by all
    """).set_index(["old_label", "new_label"])["n"]
    both = compared(built, "intent").groupby(["value", "main_value"]).size()
    assert counted.to_dict() == both.to_dict()
