"""Rules, vintages and exposure are computed again from the facts, in pandas."""

import numpy as np
import pandas as pd
import pytest
from built_home import Built
from by_hand import mapping_cells
from figures_by_hand import by_user, clusters, listings, spearman_by_jackknife, wages
from scipy import stats

from economic_index.taxonomy import facts

FEBRUARY = "2025-02-10"


def published_use() -> pd.Series:
    """Conversations of February 2025 by statement."""
    cells = facts.load("published_cells").query("release == @FEBRUARY and facet == 'onet_task' and node_id != 'none'")
    return cells.set_index("node_id")["conversation_count"]


def shares_by_rule(rule: str, version: str) -> pd.Series:
    """Share of each group in February 2025 under a rule."""
    tasks = facts.load("onet_tasks").query("onet_version == @version")
    listed = tasks[["statement_hash", "onet_soc_code"]].drop_duplicates()
    by_statement = listed.groupby("statement_hash")["onet_soc_code"]
    listed = listed.assign(part=1 / by_statement.transform("size"))
    if rule == "full credit":
        listed["part"] = 1.0
    if rule == "by employment":
        workers = listed["onet_soc_code"].map(wages()["workers"])
        known = workers.groupby(listed["statement_hash"]).transform("sum")
        listed["part"] = (workers.fillna(0) / known.where(known > 0)).fillna(listed["part"])
    use = listed["statement_hash"].map(published_use()).fillna(0) * listed["part"]
    sums = use.groupby(listed["onet_soc_code"].str[:2]).sum()
    return sums / sums.sum()


@pytest.mark.parametrize(
    ("rule", "version"),
    [("equal split", "20.1"), ("full credit", "20.1"), ("by employment", "20.1"), ("equal split", "30.1")],
)
def test_groups_under_each_rule_and_vintage(built: Built, rule: str, version: str) -> None:
    rows = built.query(
        f"select * from marts.mart_taxonomy_sensitivity where segment = '{FEBRUARY} claude_ai' "
        f"and rule = '{rule}' and onet_version = '{version}'"
    ).set_index("soc_group")
    expected = shares_by_rule(rule, version)
    assert len(rows) == 22
    np.testing.assert_allclose(rows["usage_share"], expected[rows.index], rtol=1e-9)
    tasks = facts.load("onet_tasks").query("onet_version == @version")
    use = published_use()
    survives = use[use.index.isin(tasks["statement_hash"])].sum() / use.sum()
    np.testing.assert_allclose(rows["surviving_share"], survives, rtol=1e-9)


def exposure_of_2010() -> pd.Series:
    """GPTs-are-GPTs, human beta, of O*NET-SOC 2010 codes: the mean over the codes that they cross to."""
    rated = facts.load("exposures").query("exposure_measure == 'gpts_are_gpts_human_beta'")
    walks = facts.load("crosswalks").query("from_taxonomy == 'onet_soc_2010' and to_taxonomy == 'onet_soc_2019'")
    joined = walks.merge(rated, left_on="to_code", right_on="occupation_code")
    joined["product"] = joined["weight"] * joined["value"]
    sums = joined.groupby("from_code")[["product", "weight"]].sum()
    listed = sums[sums.index.isin(set(listings()["onet_soc_code"]))]
    return listed["product"] / listed["weight"]


def test_use_and_exposure_are_correlated_over_users(built: Built) -> None:
    exposure = exposure_of_2010()
    use = by_user(mapping_cells(built.world)["occupation"], clusters(built.world))
    whole = use.sum(axis=1)
    known = whole[whole.index.str.startswith("u")]
    table = use.reindex(columns=exposure.index, fill_value=0.0)
    found = built.query(
        "select * from marts.mart_exposure_correlation where exposure_measure = 'gpts_are_gpts_human_beta' "
        "and period_type = 'all' and segment_type = 'all'"
    ).iloc[0]
    expected = spearman_by_jackknife(table, exposure, known)
    np.testing.assert_allclose(found[["value", "value_lo", "value_hi"]].to_numpy(float), expected, rtol=1e-9)


def test_a_release_has_the_interval_of_occupations_as_a_sample(built: Built) -> None:
    exposure, parts = exposure_of_2010(), listings()
    share = 1 / parts.groupby("statement_hash")["onet_soc_code"].transform("size")
    use = (parts["statement_hash"].map(published_use()).fillna(0) * share).groupby(parts["onet_soc_code"]).sum()
    rho = stats.spearmanr(use[exposure.index].round(9), exposure).statistic
    found = built.query(
        f"select * from marts.mart_exposure_correlation where exposure_measure = 'gpts_are_gpts_human_beta' "
        f"and segment = '{FEBRUARY} claude_ai'"
    ).iloc[0]
    half = 1.959964 * np.sqrt((1 + rho**2 / 2) / (len(exposure) - 3))
    expected = [rho, np.tanh(np.arctanh(rho) - half), np.tanh(np.arctanh(rho) + half)]
    np.testing.assert_allclose(found[["value", "value_lo", "value_hi"]].to_numpy(float), expected, rtol=1e-9)
    assert 0.2 < rho < 0.9
