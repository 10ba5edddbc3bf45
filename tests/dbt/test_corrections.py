"""Corrected shares computed again from labels and reviews in numpy, and what must hold in every world."""

import numpy as np
import pandas as pd
import pytest
from built_home import Built
from compiled import Compiled
from review_worlds import ReviewWorld, given_tables, run
from reviews_by_hand import corrected, strata_of, t_of

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def compiled(built: Built) -> Compiled:
    """The compiled SQL."""
    return Compiled(built.world.lake.dbt_target)


def intervals(compiled: Compiled, world: ReviewWorld, facet: str = "collaboration") -> pd.DataFrame:
    """Both estimators by target and label, of the facet."""
    with run(compiled, world) as connection:
        return connection.execute(f"""
            from intermediate.int_corrected_intervals_computed
            inner join intermediate.int_corrections_listed using (correction_key)
            inner join intermediate.int_regressed_intervals_computed using (correction_key, label, interval_target)
            where facet = '{facet}'
        """).df().set_index(["interval_target", "label"]).sort_index()  # fmt: skip


def drawn(seed: int) -> ReviewWorld:
    """Worlds of equal and unequal chances and weights, few and many reviews."""
    rng = np.random.default_rng(seed)
    world = ReviewWorld.draw(
        rng, n=500, users=(30, 120)[seed % 2], chance=(0.3, 0.15)[seed % 3 == 0], are_equal=seed % 2 == 0
    )
    if seed % 3 == 1:
        world.rows["weight"] = rng.choice([1.0, 2.5], len(world.rows))
    return world


@pytest.mark.parametrize("seed", range(10))
def test_every_corrected_share_is_the_share_by_hand(compiled: Compiled, seed: int) -> None:
    world = drawn(seed)
    found = intervals(compiled, world)
    for target in ("process", "these_logs"):
        expected = corrected(world.rows, target)
        rows = found.loc[target]
        assert list(rows.index) == expected.labels
        columns = {
            "corrected_share": expected.p,
            "sampling_variance": expected.v_s,
            "review_variance_of_target": expected.v_r,
            "variance": expected.variance,
            "df": expected.df,
            "corrected_share_lo": expected.lo,
            "corrected_share_hi": expected.hi,
            "second_share": expected.second,
        }
        for name, values in columns.items():
            np.testing.assert_allclose(rows[name], values, rtol=1e-9, atol=1e-12, err_msg=f"{target} {name}")
        half = np.array([t_of(df) for df in expected.df]) * np.sqrt(expected.second_variance)
        np.testing.assert_allclose(rows["second_share_hi"], np.minimum(1, expected.second + half), rtol=1e-9)
        np.testing.assert_allclose(
            rows["second_share_lo"], np.maximum(0, expected.second - half), rtol=1e-9, atol=1e-12
        )


def test_the_mode_is_the_sum_of_its_patterns(compiled: Compiled) -> None:
    world = drawn(1)
    patterns = intervals(compiled, world).loc["process", "corrected_share"]
    modes = intervals(compiled, world, "automation").loc["process", "corrected_share"]
    assert modes["automation"] == pytest.approx(patterns["directive"] + patterns["feedback_loop"], rel=1e-12)
    assert modes.sum() == pytest.approx(1, rel=1e-12)


def test_a_perfect_engine_is_not_corrected(compiled: Compiled) -> None:
    world = drawn(2)
    world.rows["predicted"], world.rows["second"] = world.rows["label"], None
    found = intervals(compiled, world).loc["process"]
    raw = world.rows.groupby("predicted")["weight"].sum() / world.rows["weight"].sum()
    strata = pd.Series(strata_of(world.rows))
    # a stratum of several labels is estimated
    alone = strata[~strata.duplicated(keep=False)].index
    assert len(alone) >= 3
    np.testing.assert_allclose(found.loc[alone, "corrected_share"], raw[alone], rtol=1e-9)


def test_if_all_are_reviewed_the_share_is_the_reviewed_one_and_nothing_is_left_to_err(compiled: Compiled) -> None:
    world = drawn(4)
    world.rows["pi"], world.rows["is_reviewed"] = 1.0, True
    found = intervals(compiled, world)
    credit = pd.concat(
        [
            world.rows.assign(part=np.where(world.rows["second"].isna(), 1.0, 0.5))[["label", "part", "weight"]],
            world.rows.dropna(subset="second")[["second", "weight"]]
            .rename(columns={"second": "label"})
            .assign(part=0.5),
        ]
    )
    reviewed = (credit["part"] * credit["weight"]).groupby(credit["label"]).sum() / world.rows["weight"].sum()
    for target in ("process", "these_logs"):
        np.testing.assert_allclose(found.loc[target, "corrected_share"][reviewed.index], reviewed, rtol=1e-9)
    these = found.loc["these_logs"]
    np.testing.assert_allclose(these["corrected_share_lo"], these["corrected_share_hi"], rtol=1e-9)


def test_labels_that_trained_an_engine_never_correct_it(compiled: Compiled) -> None:
    world = drawn(0)
    tables = given_tables(world)
    reviews = tables["stg_lake__reviews"]
    trained = reviews["conversation_id"].isin(reviews["conversation_id"].unique()[::4])
    with_training = pd.concat(
        [reviews, reviews[trained].assign(frame="training", review_id="t" + reviews["review_id"])]
    )
    models = ["int_reviews_kept", "int_labels_settled"]
    with (
        compiled.run(models, tables | {"stg_lake__reviews": with_training}) as both,
        compiled.run(models, tables | {"stg_lake__reviews": reviews[~trained]}) as without,
    ):
        query = "from intermediate.int_labels_settled order by all"
        pd.testing.assert_frame_equal(both.execute(query).df(), without.execute(query).df())


def test_the_home_says_what_corrects_each_facet(built: Built) -> None:
    rows = built.query("select * from marts.mart_corrected_shares where interval_target = 'process'")
    steps = rows.groupby("facet")["interval_method"].unique().map(set)
    assert steps["collaboration"] == steps["use_case"] == {"post-stratified, Wilson"}
    assert steps["intent"] == {"benchmark error rates assumed"}
    assert steps["is_occupational"] == {"classifier error unknown"}
    assert set(rows.loc[rows["facet"] == "is_occupational", "coder"]) == {"none"}
    assert set(rows["coder"]) == {"machine", "none"}
    ends = rows[["corrected_share_lo", "corrected_share", "corrected_share_hi"]].dropna().to_numpy(float)
    assert (np.diff(ends, axis=1) >= 0).all()
    totals = (
        rows.dropna(subset="corrected_share").groupby(["period_start", "period_type", "facet"])["corrected_share"].sum()
    )
    np.testing.assert_allclose(totals, 1, rtol=1e-9)


def test_finer_cells_add_up_to_their_corrected_groups(built: Built) -> None:
    found = built.query("""
        with scaled as (
            select soc_group, sum(corrected_share) as corrected, sum(uncorrected_share) as uncorrected
            from marts.mart_corrected_occupations where level = 'occupation' and period_type = 'all'
            group by soc_group
        )
        select scaled.corrected / scaled.uncorrected as factor,
            groups.corrected_share / groups.uncorrected_share as wanted
        from scaled
        inner join marts.mart_corrected_shares as groups on scaled.soc_group = groups.label
        where groups.facet = 'soc_group' and groups.period_type = 'all' and groups.interval_target = 'process'
    """)
    assert len(found) > 1
    np.testing.assert_allclose(found["factor"], found["wanted"], rtol=1e-9)


def test_agreement_of_the_home_is_the_agreement_by_hand(built: Built) -> None:
    reviews = built.world.reviews
    trained = set(reviews.loc[reviews["frame"] == "training", "conversation_id"])
    rows = reviews[(reviews["facet"] == "use_case") & (reviews["outcome"] == "labelled")]
    rows = rows[~rows["conversation_id"].isin(trained)]
    has_settled = rows.groupby("conversation_id")["is_settled"].transform("any")
    rows = rows[~has_settled | rows["is_settled"]]
    weights = built.world.conversations.set_index("conversation_id")["weight"]
    credit = 1 / rows.groupby("conversation_id")["value"].transform("size")
    weight = credit * rows["conversation_id"].map(weights)
    predicted = rows["predicted"].where(rows["predicted"].notna(), "_unclassified")
    accuracy = weight[predicted == rows["value"]].sum() / weight.sum()
    margins = [weight.groupby(side).sum() / weight.sum() for side in (predicted, rows["value"])]
    expected = (margins[0] * margins[1]).sum()
    found = built.query("select * from marts.mart_review_agreement where facet = 'use_case'").set_index("figure")
    assert found.loc["accuracy", "value"] == pytest.approx(accuracy, rel=1e-9)
    assert found.loc["kappa", "value"] == pytest.approx((accuracy - expected) / (1 - expected), rel=1e-9)
    assert found.loc["accuracy", "n_reviews"] == rows["conversation_id"].nunique()
    assert found.loc["kappa", "value_lo"] < found.loc["kappa", "value"] < found.loc["kappa", "value_hi"]
