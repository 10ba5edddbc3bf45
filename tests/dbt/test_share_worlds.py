"""Shares and intervals on small invented worlds: the models' SQL against numpy, and the identities of method 5.9."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from built_home import Built
from by_hand import pooled_design_effect, share
from compiled import Compiled
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.slow
LABELS = ("directive", "learning", "validation", "_none")
# in the order in which they read each other
MODELS = [
    "int_answers_classified",
    "int_cells_numbered",
    "int_answers_counted_in_cells",
    "int_answers_summed_to_periods",
    "int_denominators_totalled",
    "int_denominators_listed",
    "int_users_summed_to_periods",
    "int_repeat_users_numbered",
    "int_repeat_users_answered",
    "int_single_users_counted",
    "int_answers_classified_by_measure",
    "int_repeat_users_classified",
    "int_repeat_users_summed_to_groups",
    "int_users_listed_in_denominators",
    "int_denominators_summed",
    "int_cells_placed_in_slots",
    "int_repeat_users_counted_in_common_cells",
    "int_repeat_users_counted_in_rare_cells",
    "int_repeat_users_counted_within_groups",
    "int_single_users_listed_in_cells",
    "int_cells_counted",
    "int_segments_floored",
    "int_design_effects_pooled",
    "int_cells_suppressed",
    "int_hidden_parts_listed",
    "int_users_listed_in_hidden_cells",
    "int_suppressed_summed",
    "int_published_shares_computed",
    "int_shares",
]


@dataclass(frozen=True)
class Talk:
    """One conversation: whose it is, its label, its weight."""

    user: int
    label: str
    weight: float = 1.0


TALKS = st.lists(
    st.builds(Talk, st.integers(1, 7), st.sampled_from(LABELS), st.sampled_from([1.0, 1.0, 1.0, 2.5])),
    min_size=4,
    max_size=40,
)


@pytest.fixture(scope="module")
def compiled(built: Built) -> Compiled:
    return Compiled(built.world.lake.dbt_target)


def shares_of(compiled: Compiled, talks: list[Talk]) -> pd.DataFrame:
    """Rows of int_shares of classified patterns, by label; nothing is hidden in one's own logs."""
    answered = [
        {"week_start": "2026-01-05", "conversation_key": number, "cluster_key": talk.user, "weight": talk.weight}
        | {"segment_keys": [1], "facets_key": 4 * (LABELS.index(talk.label) + 1), "mapping_key": 2}
        for number, talk in enumerate(talks, start=1)
    ]
    listed = [
        {"answer_key": 4 * (place + 1), "measure": "collaboration", "parent_cell": "", "cell": label, "part": 1.0}
        for place, label in enumerate(LABELS)
    ]
    listed.append({"answer_key": 2, "measure": "statement", "parent_cell": "", "cell": "s", "part": 1.0})
    period = {"week_start": "2026-01-05", "period_type": "all", "period_start": "2020-06-01", "period_key": 1}
    inputs = {
        "int_conversations_answered": pd.DataFrame(answered).assign(skills_key=None, patterns_key=None),
        "int_answers_listed": listed,
        "int_periods_numbered": [period],
        "int_segments_numbered": [{"segment_type": "all", "segment": "all", "segment_key": 1}],
        "int_floors_chosen": [{"is_self": True, "floor_conversations": 0, "floor_users": 0, "are_users_logged": True}],
    }
    with compiled.run(MODELS, inputs) as connection:
        rows = connection.execute(
            "select * from intermediate.int_shares where measure = 'collaboration' and footing = 'of_classified'"
        ).df()
    return rows.set_index("cell")


def by_hand(talks: list[Talk]) -> dict[str, list[float]]:
    """Share, ends, effective number and degrees of freedom of each label that was seen."""
    rows = pd.DataFrame([vars(talk) for talk in talks if not talk.label.startswith("_")])
    if rows.empty:
        return {}
    d = rows.groupby("user")["weight"].sum()
    y = rows.pivot_table(index="label", columns="user", values="weight", aggfunc="sum", fill_value=0.0)[d.index]
    kish = d.sum() ** 2 / (rows["weight"] ** 2).sum()
    scale = kish / d.sum()
    deff = pooled_design_effect(y.to_numpy() * scale, d.to_numpy() * scale, kish)
    found = {}
    for label in y.index:
        one = share(y.loc[label].to_numpy(), d.to_numpy(), len(rows), kish, deff, (0, 0))
        found[str(label)] = [one.share, one.lo, one.hi, one.n_eff, one.df]
    return found


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(talks=TALKS)
def test_every_share_and_interval_of_a_small_world(compiled: Compiled, talks: list[Talk]) -> None:
    rows, expected = shares_of(compiled, talks), by_hand(talks)
    assert set(rows.index) == set(expected)
    for label, numbers in expected.items():
        row = rows.loc[label]
        found = row[["share", "share_lo", "share_hi", "n_eff", "df"]].to_numpy(float)
        known = len(found)
        if np.isnan(numbers[1]):  # one user is all: only the share is known
            assert row["interval_method"] == "one user"
            known = 3
        np.testing.assert_allclose(found[:known], numbers[:known], rtol=1e-9, atol=1e-12)
        assert np.isnan(found[1]) or found[1] <= found[0] + 1e-12 <= found[2] + 2e-12


def clustered_variance(rows: pd.DataFrame, label: str) -> float:
    return float(rows.loc[label, "variance"])


def test_equal_users_have_one_degree_of_freedom_less_than_there_are(compiled: Compiled) -> None:
    talks = [Talk(user, LABELS[(user + turn) % 3]) for user in range(1, 8) for turn in range(4)]
    assert shares_of(compiled, talks)["df"].tolist() == pytest.approx([6.0] * 3)


def test_one_conversation_a_user_is_the_textbook_variance(compiled: Compiled) -> None:
    talks = [Talk(user, "directive" if user <= 12 else "learning") for user in range(1, 31)]
    p, n = 12 / 30, 30
    assert clustered_variance(shares_of(compiled, talks), "directive") == pytest.approx(p * (1 - p) / (n - 1))


def test_saying_everything_twice_tells_nothing_more(compiled: Compiled) -> None:
    """Of users who keep to one label each: their own variance is above every floor."""
    talks = [Talk(user, LABELS[user % 2]) for user in range(1, 8) for turn in range(user)]
    once, twice = shares_of(compiled, talks), shares_of(compiled, [*talks, *talks])
    columns = ["share", "variance", "df"]
    np.testing.assert_allclose(once[columns], twice.loc[once.index, columns], rtol=1e-12)
