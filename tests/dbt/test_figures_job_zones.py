"""Job zones: each of four baselines, and the ratio of use to it, computed again."""

import numpy as np
from built_home import Built
from figures_by_hand import baselines


def test_each_zone_has_four_named_baselines(built: Built) -> None:
    rows = built.query("select * from intermediate.int_job_zone_baselines_computed where onet_version = '20.1'")
    found = rows.pivot_table(index="job_zone", columns="baseline", values="baseline_share")
    expected = baselines()
    np.testing.assert_allclose(found, expected[found.columns], rtol=1e-12)
    np.testing.assert_allclose(found.sum(), 1, rtol=1e-12)
    assert len(found) == 5


def test_a_ratio_is_use_over_its_baseline_with_the_error_of_both(built: Built) -> None:
    rows = built.query("""
        select zones.*, baselines.baseline_rse, shares.variance, shares.t
        from marts.mart_job_zones as zones
        inner join intermediate.int_job_zone_baselines_computed as baselines using (onet_version, job_zone, baseline)
        inner join intermediate.int_shares as shares
            on shares.measure = 'job_zone' and shares.cell = zones.job_zone and shares.footing = zones.footing
        inner join intermediate.int_periods_numbered as periods
            on periods.period_key = shares.period_key and periods.period_type = 'all'
        where zones.period_type = 'all' and zones.segment_type = 'all' and zones.footing = 'of_classified'
            and shares.segment_key = 1
    """).drop_duplicates(["job_zone", "baseline"])
    assert len(rows) >= 8
    expected = baselines()
    for _, row in rows.iterrows():
        share = expected.loc[row["job_zone"], row["baseline"]]
        ratio = row["usage_share"] / share
        ends = np.array([row["usage_share_lo"], row["usage_share_hi"]]) / share
        if row["baseline"] in ("employment", "wage bill"):
            assert 0 < row["baseline_rse"] < 0.05
            sigma = np.sqrt(row["variance"] / row["usage_share"] ** 2 + row["baseline_rse"] ** 2)
            ends = ratio * np.exp(np.array([-1, 1]) * row["t"] * sigma)
        found = [row["representation_ratio"], row["representation_ratio_lo"], row["representation_ratio_hi"]]
        np.testing.assert_allclose(found, [ratio, *ends], rtol=1e-9)


def test_the_rows_of_one_baseline_add_up_to_all_that_came_in(built: Built) -> None:
    sums = built.query("""
        select period_type, period_start, segment_type, segment, baseline,
            sum(numerator) as weight, any_value(denominator) as whole
        from marts.mart_job_zones where footing = 'of_all'
        group by all having bool_and(numerator is not null)
    """)
    assert len(sums) > 20
    np.testing.assert_allclose(sums["weight"], sums["whole"], rtol=1e-9)
    ratios = built.query("select * from marts.mart_job_zones where footing = 'of_all'")["representation_ratio"]
    assert ratios.isna().all()
