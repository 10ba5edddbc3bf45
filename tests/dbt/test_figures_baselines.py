"""Representation against every baseline is computed again from the facts, with the error of both."""

import numpy as np
import pandas as pd
import pytest
from built_home import Built
from by_hand import GRID, T_AT_GRID, once
from figures_by_hand import listings, used_statements

from economic_index.taxonomy import facts


def baseline_shares(built: Built) -> dict[tuple[str, int], pd.Series]:
    """Share of each group in each baseline; year 0 where it has none."""
    listed = listings().assign(group=lambda rows: rows["onet_soc_code"].str[:2])
    sizes = {
        ("occupations", 0): listed.groupby("group")["onet_soc_code"].nunique(),
        ("task rows", 0): listed.groupby("group").size(),
        ("used task rows", 0): listed[
            listed["statement_hash"].isin(used_statements(built.world, built.world.conversations))
        ]
        .groupby("group")
        .size(),
    }
    market = facts.load("labour_market").query("soc_taxonomy == 'soc_group'").set_index("occupation_code")
    for year in (2023, 2024, 2025):
        of_year = market[market["year"] == year]
        sizes["employment", year] = of_year["employment"]
        sizes["wage bill", year] = of_year["employment"] * of_year["mean_wage"]
    return {key: size / size.sum() for key, size in sizes.items()}


def test_each_ratio_is_use_over_its_baseline_with_the_error_of_both(built: Built) -> None:
    rows = built.query("select * from marts.mart_representation where period_type = 'all' and segment_type = 'all'")
    expected = baseline_shares(built)
    found = {
        (name, 0 if pd.isna(year) else int(year))
        for name, year in zip(rows["baseline"], rows["baseline_year"], strict=True)
    }
    assert found == set(expected)
    for _, row in rows.iterrows():
        year = 0 if pd.isna(row["baseline_year"]) else int(row["baseline_year"])
        q = expected[row["baseline"], year][row["soc_group"]]
        p, lo, hi = row["usage_share"], row["usage_share_lo"], row["usage_share_hi"]
        ends = np.array([lo, hi]) / q
        if row["baseline_rse"] > 0 and p > 0:
            # deff p (1 - p) / n is the variance of the share, n its denominator's conversations
            variance = p * (1 - p) / row["n_eff"]
            t = float(np.interp(1 / row["df"], GRID, T_AT_GRID))
            sigma = np.sqrt(variance / p**2 + row["baseline_rse"] ** 2)
            ends = p / q * np.exp(np.array([-1, 1]) * t * sigma)
        shown = row[["representation_ratio", "representation_ratio_lo", "representation_ratio_hi"]].to_numpy(float)
        np.testing.assert_allclose(shown, [p / q, *ends], rtol=1e-9)
    errors = rows.groupby("baseline")["baseline_rse"].max()
    assert errors["employment"] > 0
    assert errors["occupations"] == 0


def test_published_groups_have_ratios_without_an_interval(built: Built) -> None:
    row = built.query(
        "select * from marts.mart_representation where segment = '2025-02-10 claude_ai' and soc_group = '15' "
        "and baseline = 'employment' and baseline_year = 2023"
    ).iloc[0]
    assert row["representation_ratio"] == pytest.approx(37.2249 / 3.4095, rel=1e-3)
    assert np.isnan(row["representation_ratio_lo"])


@once
def occupation_baselines(year: int) -> pd.DataFrame:
    """Workers, their error, and wages of each O*NET 20.1 occupation in one survey year, through both crosswalks."""
    listed = pd.DataFrame({"code": sorted(set(listings()["onet_soc_code"]))})
    walks = facts.load("crosswalks")
    first = walks[(walks["from_taxonomy"] == "onet_soc_2010") & (walks["to_taxonomy"] == "onet_soc_2019")]
    second = walks[(walks["from_taxonomy"] == "onet_soc_2019") & (walks["to_taxonomy"] == "oews")]
    first = listed.merge(first, how="left", left_on="code", right_on="from_code")[["code", "to_code", "weight"]]
    first = first.assign(to_code=first["to_code"].fillna(first["code"]), weight=first["weight"].fillna(1.0))
    both = first.merge(second, left_on="to_code", right_on="from_code", suffixes=("", "_of_survey"))
    both = both.assign(survey=both["to_code_of_survey"], weight=both["weight"] * both["weight_of_survey"])
    linked = both.groupby(["code", "survey"], as_index=False)["weight"].sum()
    linked["weight"] /= linked.groupby("survey")["weight"].transform("sum")
    market = facts.load("labour_market").query("soc_taxonomy == 'oews' and year == @year")
    rows = linked.merge(market, left_on="survey", right_on="occupation_code")
    rows["workers"] = rows["weight"] * rows["employment"].astype(float)
    rows["squared"] = (rows["workers"] * rows["employment_rse"].astype(float).fillna(0)) ** 2
    rows["wages"] = rows["workers"] * rows["mean_wage"].astype(float)
    sums = rows.groupby("code")[["workers", "squared", "wages"]].sum(min_count=1)
    sums["rse"] = np.sqrt(sums["squared"]) / sums["workers"]
    return sums


def test_an_occupation_is_set_against_the_workers_of_its_six_digit_codes(built: Built) -> None:
    rows = built.query("select * from marts.mart_representation_by_occupation where segment_type = 'all'")
    assert set(zip(rows["baseline"], rows["baseline_year"], strict=True)) == {
        (name, year) for name in ("employment", "wage bill") for year in (2023, 2024, 2025)
    }
    for year in (2023, 2024, 2025):
        sums = occupation_baselines(year)
        for name, column in (("employment", "workers"), ("wage bill", "wages")):
            mine = rows[(rows["baseline"] == name) & (rows["baseline_year"] == year)]
            size = sums[column].reindex(mine["onet_soc_code"]).to_numpy(float)
            q = size / sums[column].sum()
            np.testing.assert_allclose(mine["baseline_share"], q, rtol=1e-9)
            np.testing.assert_allclose(mine["baseline_rse"], sums["rse"].reindex(mine["onet_soc_code"]), rtol=1e-9)
            np.testing.assert_allclose(mine["representation_ratio"], mine["usage_share"] / q, rtol=1e-9)
    assert rows["is_baseline_shared"].any()
    assert not rows["is_baseline_shared"].all()


def test_an_occupation_that_the_survey_does_not_print_has_no_ratio(built: Built) -> None:
    shown = set(built.query("select onet_soc_code from marts.mart_representation_by_occupation")["onet_soc_code"])
    known = set(occupation_baselines(2025).dropna(subset="workers").index)
    used = set(built.query("select onet_soc_code from marts.mart_occupations where not is_suppressed")["onet_soc_code"])
    assert shown <= known | set(occupation_baselines(2023).dropna(subset="workers").index)
    assert used - shown
