"""Mix and within against a published release: its counts by task and pattern stand for conversations without users."""

import numpy as np
import pandas as pd
import pytest
from built_home import Built
from compiled import Compiled
from mix_by_hand import Side, decompose, interval, sides_by_hand
from mix_worlds import PICKS, WEEKS, SmallWorld, given_tables, heavy_tailed, patterns_key, run, shares_with_deff

pytestmark = pytest.mark.slow

DEFF = 3.5
ALL, WINDOW, RELEASE = 9, 10, 7  # keys of the whole, of the release's period and of its segment
# mapping and pattern to conversations; one statement is split between two groups, and one is not among ours
PUBLISHED = {
    (2, "directive"): 500,
    (2, "learning"): 700,
    (10, "feedback_loop"): 90,
    (10, "validation"): 60,
    (14, "task_iteration"): 200,
    (18, "directive"): 40,
    (18, "learning"): 15,
    (22, "directive"): 35,
}


@pytest.fixture(scope="module")
def ours() -> SmallWorld:
    """Our logs: those of the later week are all that there is."""
    world = heavy_tailed(seed=5, users=60, count=900)
    rows = world.rows[world.rows["side"].eq(1) & world.rows["mapping"].ne(22)]
    return SmallWorld(pd.concat([rows, rows.assign(side=0)], ignore_index=True))


@pytest.fixture(scope="module")
def theirs(ours: SmallWorld) -> SmallWorld:
    """The release as if each of its conversations were a user's only one, numbered after ours."""
    records = [key for key, count in PUBLISHED.items() for _ in range(count)]
    world = SmallWorld.of((0, 1000 + n, mapping, pattern, 1.0) for n, (mapping, pattern) in enumerate(records))
    shifted = world.rows.assign(conversation_id=world.rows["conversation_id"] + 1_000_000)
    return SmallWorld(pd.concat([shifted, ours.rows[ours.rows["side"].eq(1)]], ignore_index=True))


@pytest.fixture(scope="module")
def parts(built: Built, ours: SmallWorld) -> pd.DataFrame:
    """Rows of the mart, by the project's SQL."""
    given = given_tables(ours, [], (15, 5))
    periods = given["int_periods_numbered"]
    whole = (WEEKS[1], "all", WEEKS[0], ALL), (WEEKS[1], "window", WEEKS[0], WINDOW)
    periods = pd.concat([periods, pd.DataFrame(whole, columns=periods.columns)])
    given |= {"int_periods_numbered": periods, "int_periods_listed": periods.drop(columns="week_start")}
    release = pd.DataFrame({"segment_key": [RELEASE], "segment_type": "published", "segment": "a release"})
    given["int_segments_numbered"] = pd.concat([given["int_segments_numbered"], release])
    pair = (1, "published", "automation", WINDOW, RELEASE, ALL, 1)
    given["int_decompositions_listed"] = pd.DataFrame([pair], columns=given["int_decompositions_listed"].columns)
    described, totals = given["int_segments_described"], given["int_denominators_summed"]
    given["int_segments_described"] = described[described["period_key"].eq(2)].assign(period_key=ALL)
    given["int_denominators_summed"] = totals[totals["period_key"].eq(2)].assign(period_key=ALL)
    given["int_shares"] = shares_with_deff(DEFF)
    counts = {patterns_key(*key): count for key, count in PUBLISHED.items()}
    answers = pd.DataFrame({"answer_key": counts.keys(), "conversation_count": counts.values()})
    given["int_published_answers_counted"] = answers.assign(
        period_key=WINDOW, segment_key=RELEASE, weight=answers["conversation_count"].astype(float)
    )
    with run(Compiled(built.world.lake.dbt_target), given) as connection:
        return connection.execute("from marts.mart_decomposition").df().set_index(["level", "component"]).sort_index()


def sides(theirs: SmallWorld, level: str) -> tuple[Side, Side]:
    """The release and ours, by user."""
    return sides_by_hand(theirs.side(0), theirs.side(1), theirs.placed(level), "automation")


@pytest.mark.parametrize("level", ["soc_group", "statement"])
def test_the_release_lends_our_design_effect_to_conversations_that_stand_alone(
    parts: pd.DataFrame, theirs: SmallWorld, level: str
) -> None:
    a, b = sides(theirs, level)
    expected = decompose(a, b)
    n, is_theirs = sum(PUBLISHED.values()), a.h > 0
    phis = {"mix": expected.phi_mix, "within": expected.phi_within, "total": expected.phi_mix + expected.phi_within}
    for component, phi in phis.items():
        # each of the release's conversations has leverage 1 / n by hand, and none in the SQL: its users are not known
        variance = (phi[~is_theirs] ** 2).sum() + DEFF * (1 - 1 / n) * (phi[is_theirs] ** 2).sum()
        row = parts.loc[level, component]
        found = row[["value", "value_lo", "value_hi", "share_a", "share_b", "df"]].to_numpy(float)
        value = expected.value(component)
        numbers = [value, *interval(value, variance, b.df), a.share, b.share, b.df]
        np.testing.assert_allclose(found, numbers, rtol=1e-9, atol=1e-11)
        assert row[["n_a", "interval_method"]].tolist() == [n, "CR2 and lent design effect, t"]
        assert pd.isna(row["n_users_a"])
        assert row["n_users_b"] == (~is_theirs).sum()


def test_where_a_task_is_a_cell_that_is_a_multinomial_and_a_binomial_variance(
    parts: pd.DataFrame, theirs: SmallWorld
) -> None:
    a, b = sides(theirs, "statement")
    assert a.d.shape[1] == len(PICKS) - 1  # all cells are statements or special cells, none merged
    assert parts.loc["statement", "merged_share"].eq(0).all()
    d, y = ([side.d.sum(axis=0) for side in (a, b)], [side.y.sum(axis=0) for side in (a, b)])
    m = [of_cell / of_cell.sum() for of_cell in d]
    with np.errstate(invalid="ignore"):
        own = [y_t / d_t for y_t, d_t in zip(y, d, strict=True)]
    r = [np.where(d[0] > 0, own[0], own[1]), np.where(d[1] > 0, own[1], own[0])]
    is_in_both = (d[0] > 0) & (d[1] > 0)
    ours = a.h == 0
    phi = decompose(a, b)
    cases = {
        "mix": ((r[0] + r[1]) / 2, (m[1] - m[0]) * np.where(is_in_both, 0.5, 1), phi.phi_mix),
        "within": ((r[1] - r[0]) / 2, (m[0] + m[1]) / 2 * is_in_both, phi.phi_within),
    }
    for component, (of_mix, of_rate, influence) in cases.items():
        multinomial = ((m[0] * of_mix**2).sum() - (m[0] * of_mix).sum() ** 2) / d[0].sum()
        has = d[0] > 0
        binomial = (of_rate[has] ** 2 * r[0][has] * (1 - r[0][has]) / d[0][has]).sum()
        variance = (influence[ours] ** 2).sum() + DEFF * (multinomial + binomial)
        row = parts.loc["statement", component]
        ends = interval(row["value"], variance, b.df)
        np.testing.assert_allclose(row[["value_lo", "value_hi"]].to_numpy(float), ends, rtol=1e-9, atol=1e-11)
