"""Wages, quarters of the workforce and the rank correlation are computed again from the facts and the answers."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from built_home import Built
from by_hand import periods_of, shares
from figures_by_hand import by_user, cells_of, clusters, spearman_by_jackknife, wage_quartiles, wages
from worlds import WEEKS


def test_wages_and_workers_go_through_both_crosswalks(built: Built) -> None:
    expected = wages()
    found = built.query(
        "select * from intermediate.int_occupations_joined_to_wages where onet_version = '20.1' and wage_year = 2023"
    ).set_index("onet_soc_code")
    assert set(found.index) == set(expected.index)
    expected = expected.reindex(found.index)
    np.testing.assert_allclose(found["median_wage"], expected["median_wage"], rtol=1e-12)
    np.testing.assert_allclose(found["employment"], expected["workers"], rtol=1e-12)
    np.testing.assert_allclose(found["wage_bill"], expected["bill"], rtol=1e-12)


def test_no_worker_is_lost_or_counted_twice(built: Built) -> None:
    sums = built.query("""
        select sum(employment) as workers, (
            select sum(employment) from staging.stg_reference__labour_market
            where soc_taxonomy = 'oews' and year = 2023 and occupation_code in (
                select occupation_code from intermediate.int_occupations_crosswalked_to_oews where onet_version = '20.1'
            )
        ) as surveyed
        from intermediate.int_occupations_joined_to_wages where onet_version = '20.1' and wage_year = 2023
    """).iloc[0]
    assert sums["workers"] == pytest.approx(sums["surveyed"], rel=1e-12)
    assert sums["workers"] > 1.3e8


def test_quarters_of_the_workforce_and_their_shares(built: Built) -> None:
    quartiles, conversations = wage_quartiles(), clusters(built.world)
    cells = cells_of(built.world, "occupation")
    named = cells["cell"].map(quartiles).fillna("_unmapped")
    cells["cell"] = named.where(~cells["cell"].str.startswith("_"), cells["cell"])
    cells = cells.groupby(["conversation_id", "cell"], as_index=False)["weight"].sum()
    expected = shares(cells, conversations, "of_classified")
    found = built.query("""
        select * from marts.mart_wage_quartiles
        where period_type = 'all' and segment_type = 'all' and footing = 'of_classified' and not is_suppressed
    """).set_index("wage_quartile")
    assert len(found) >= 2
    for cell, row in found.iterrows():
        share = expected[str(cell)]
        numbers = [row["usage_share"], row["usage_share_lo"], row["usage_share_hi"], row["numerator"]]
        np.testing.assert_allclose(numbers, [share.share, share.lo, share.hi, share.numerator], rtol=1e-9)


def test_each_occupation_shown_stands_beside_its_own_wage(built: Built) -> None:
    rows = built.query("select * from marts.mart_wages where period_type = 'all' and segment_type = 'all'")
    assert not rows["onet_soc_code"].str.startswith("_").any()
    expected = rows["onet_soc_code"].map(wages()["median_wage"])
    np.testing.assert_allclose(rows["median_wage"], expected, rtol=1e-12)
    shown = built.query("""
        select count(*) as n from marts.mart_occupations
        where period_type = 'all' and segment_type = 'all' and not starts_with(onet_soc_code, '_')
    """)
    assert len(rows) == shown["n"].iloc[0] > 0


@pytest.mark.parametrize("kind", ["month", "quarter", "all"])
def test_rank_correlation_and_its_jackknife_over_users(built: Built, kind: str) -> None:
    conversations, wage = clusters(built.world), wages()["median_wage"].dropna()
    cells = cells_of(built.world, "occupation")
    found = built.query(
        f"select * from marts.mart_wage_correlation where period_type = '{kind}' and segment_type = 'all'"
    )
    assert len(found) >= 1
    for period_type, start, weeks in periods_of(list(WEEKS)):
        if period_type != kind:
            continue
        within = conversations[conversations["week_start"].isin(weeks)]
        table = by_user(cells, within)
        known = table[table.index.isin(set(within["user_id"].dropna()))].sum(axis=1)
        use = table.reindex(columns=wage.index, fill_value=0.0)
        expected = spearman_by_jackknife(use, wage, known)
        row: Any = found[found["period_start"] == pd.Timestamp(start)].iloc[0]
        np.testing.assert_allclose([row["value"], row["value_lo"], row["value_hi"]], expected, rtol=1e-9)
        assert row["n_occupations"] == len(wage)
        assert row["interval_method"] == "grouped jackknife over users, Fisher z"


def test_a_week_says_that_its_interval_is_one_of_occupations(built: Built) -> None:
    row = built.query(
        "select * from marts.mart_wage_correlation where period_type = 'week' and segment_type = 'all'"
    ).iloc[0]
    sd = np.sqrt((1 + row["value"] ** 2 / 2) / (row["n_occupations"] - 3))
    ends = np.tanh(np.arctanh(row["value"]) + np.array([-1, 1]) * 1.959964 * sd)
    np.testing.assert_allclose([row["value_lo"], row["value_hi"]], ends, rtol=1e-9)
    assert row["interval_method"] == "occupations as a sample, Fisher z (Bonett and Wright)"
