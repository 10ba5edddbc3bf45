"""Concentration is computed again from users and statements, and is the published one on the published release."""

import numpy as np
import pandas as pd
import pytest
from built_home import Built
from by_hand import mapping_cells
from concentration_by_hand import statistics, with_intervals
from figures_by_hand import by_user, clusters, listings

STATEMENTS = 18_428  # of O*NET 20.1


def test_over_all_weeks_with_its_intervals(built: Built) -> None:
    cells = mapping_cells(built.world)["statement"]
    table = by_user(cells, clusters(built.world))
    is_known = table.index.str.startswith("u")
    shown = set(built.query(
        "select distinct statement_hash from marts.mart_tasks where footing = 'of_classified' "
        "and period_type = 'all' and segment_type = 'all' and not is_suppressed"
    )["statement_hash"])  # fmt: skip
    occupation = mapping_cells(built.world)["occupation"]
    known = by_user(occupation, clusters(built.world)).sum(axis=1)
    expected = with_intervals(table, known[known.index.str.startswith("u")], shown, STATEMENTS)
    assert is_known.sum() > 100
    found = built.query(
        "select * from marts.mart_concentration where period_type = 'all' and segment_type = 'all' "
        "and footing = 'of_classified'"
    ).set_index("statistic")
    assert set(found.index) == set(expected)
    for statistic, numbers in expected.items():
        row = found.loc[statistic, ["value", "value_lo", "value_hi"]].to_numpy(float)
        np.testing.assert_allclose(row, numbers, rtol=1e-9, err_msg=statistic)


def test_repeats_of_one_user_raise_the_largest_share_but_not_the_chance_that_two_users_agree() -> None:
    rng = np.random.default_rng(3)
    table = pd.DataFrame(rng.integers(0, 3, (30, 8)).astype(float), columns=list("abcdefgh"))
    repeated = table.copy()
    repeated.loc[0] = 0.0
    repeated.loc[0, "a"] = 500.0
    plain, heavy = (statistics(one, set("abcdefgh"), 8) for one in (table, repeated))
    assert heavy["top_1_task"] > 3 * plain["top_1_task"]
    assert heavy["same_task_of_two_users"] < 1.5 * plain["same_task_of_two_users"]


@pytest.mark.parametrize(
    ("footing", "statistic", "percent"),
    [
        ("of_all", "top_1_task", 4.79),
        ("of_classified", "top_1_task", 4.82),
        ("of_all", "top_10_tasks", 21.15),
        ("of_classified", "top_10_tasks", 21.25),
    ],
)
def test_the_published_release_has_the_published_concentration(
    built: Built, footing: str, statistic: str, percent: float
) -> None:
    row = built.query(
        f"select value, value_lo from marts.mart_concentration where segment = '2025-02-10 claude_ai' "
        f"and footing = '{footing}' and statistic = '{statistic}'"
    ).iloc[0]
    assert round(100 * row["value"], 2) == percent
    assert np.isnan(row["value_lo"])


def test_the_list_is_the_whole_taxonomy(built: Built) -> None:
    assert listings()["statement_hash"].nunique() == STATEMENTS
    assert built.query(
        "select count(distinct statement_hash) as n from intermediate.int_statements_split_to_occupations "
        "where onet_version = '20.1'"
    )["n"].iloc[0] == STATEMENTS  # fmt: skip
