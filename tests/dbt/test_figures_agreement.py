"""Agreement of second answers and kappa, computed again from both answers."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from agreement_by_hand import agreement, kappa, kappa_by_jackknife
from agreement_worlds import LARGER, SMALLER
from built_home import Built
from figures_by_hand import FLOOR_CONVERSATIONS, FLOOR_USERS, clusters

pytestmark = pytest.mark.slow

KEYS = ["kind", "facet", "model"]
SHARE = [
    "agreement_share",
    "agreement_share_lo",
    "agreement_share_hi",
    "n_eff",
    "deff",
    "df",
    "n_conversations",
    "n_users",
]
KAPPA = ["expected_agreement_share", "kappa", "kappa_lo", "kappa_hi"]


@pytest.fixture(scope="module")
def mart(built: Built) -> pd.DataFrame:
    """The mart by kind, facet and model: all else is the same in this home."""
    rows = built.query("select * from marts.mart_agreement").set_index(KEYS).sort_index()
    assert rows.index.is_unique
    return rows


def compared(built: Built) -> Iterator[tuple[tuple[str, ...], pd.DataFrame, pd.DataFrame]]:
    """Each comparison with the conversations drawn, and with those that have both answers."""
    columns = ["conversation_id", "user_id", "cluster", "week_start", "weight"]
    rows = built.world.second_answers.merge(clusters(built.world)[columns], on="conversation_id")
    # answers beside those of another engine than the one that labels the week are stale
    labelled_by = built.world.facets.set_index("conversation_id")["engine"]
    is_stale = rows["main_engine"].ne(rows["conversation_id"].map(labelled_by))
    assert is_stale.any()
    rows = rows[~is_stale].copy()
    rows["weight"] /= rows["sample_share"]
    for key, drawn in rows.groupby(KEYS):
        yield key, drawn, drawn.dropna(subset=["value", "main_value"])


def test_every_agreement_shown_is_the_agreement_by_hand(built: Built, mart: pd.DataFrame) -> None:
    found = dict.fromkeys(mart.index)
    for key, drawn, both in compared(built):
        row = mart.loc[key]
        del found[key]
        assert [row["n_conversations"], row["n_not_comparable"]] == [len(both), len(drawn) - len(both)]
        assert row["smallest_sample_share"] == drawn["sample_share"].min()
        assert row["largest_sample_share"] == drawn["sample_share"].max()
        if row["is_suppressed"]:
            continue
        expected = agreement(both)
        numbers = [
            getattr(expected, name) for name in ("share", "lo", "hi", "n_eff", "deff", "df", "conversations", "users")
        ]
        np.testing.assert_allclose(row[SHARE].astype(float), numbers, rtol=1e-9, err_msg=str(key))
    assert found == {}
    assert mart["largest_sample_share"].gt(mart["smallest_sample_share"]).any()
    assert set(mart["smallest_sample_share"]) == {SMALLER, LARGER}


def test_every_kappa_shown_is_the_kappa_by_hand(built: Built, mart: pd.DataFrame) -> None:
    methods = set()
    for key, _, both in compared(built):
        row = mart.loc[key]
        if row["is_suppressed"]:
            continue
        expected = kappa_by_jackknife(both)
        ends = [expected.lo, expected.hi]
        if row["kappa_interval_method"] == "exact end of the agreement":
            assert agreement(both).share == pytest.approx(1, rel=1e-12)
            ends = [max(-1.0, 1 - (1 - agreement(both).lo) / (1 - expected.expected)), 1.0]
        numbers = [expected.expected, expected.kappa, *ends]
        np.testing.assert_allclose(row[KAPPA].astype(float), numbers, rtol=1e-9, err_msg=str(key))
        methods.add(row["kappa_interval_method"])
    assert methods == {"grouped jackknife over users", "exact end of the agreement", "none"}


def test_equal_everywhere_is_an_agreement_of_one(mart: pd.DataFrame) -> None:
    equal = mart.loc["algorithm", "soc_group"]
    np.testing.assert_allclose(equal[["agreement_share", "agreement_share_hi", "kappa", "kappa_hi"]], 1, rtol=1e-12)
    assert (equal[["agreement_share_lo", "kappa_lo"]] < 1).all(axis=None)
    assert equal["interval_method"].eq("exact end").all()


def test_kappa_of_equal_answers_that_hardly_vary_reaches_down_to_its_least(mart: pd.DataFrame) -> None:
    rare = mart.loc["engine", "use_case"]
    assert rare["kappa_lo"].eq(-1).any()
    np.testing.assert_allclose(rare[["kappa", "kappa_hi"]].dropna(), 1, rtol=1e-12)


def test_no_more_stands_behind_equal_answers_than_their_weights_tell() -> None:
    shares = np.repeat([1, 0.02], [100, 2])
    names = pd.Series([f"user {number}" for number in range(102)])
    rows = pd.DataFrame({"cluster": names, "user_id": names, "weight": 1 / shares, "value": "a", "main_value": "a"})
    # Kish's n is 200^2 / 5100
    assert agreement(rows).lo == pytest.approx(0.025 ** (5100 / 200**2))


def test_where_there_is_one_thing_to_say_kappa_says_nothing(mart: pd.DataFrame) -> None:
    alike = mart.loc["engine", "task_success"]
    np.testing.assert_allclose(alike["expected_agreement_share"], 1, rtol=1e-12)
    assert alike[["kappa", "kappa_lo", "kappa_hi"]].isna().all(axis=None)


def test_independent_answers_have_a_kappa_about_zero(mart: pd.DataFrame) -> None:
    independent = mart.loc["wording", "collaboration"]
    assert ((independent["kappa_lo"] < 0) & (independent["kappa_hi"] > 0)).all()
    steady = mart.loc["redraw", "collaboration"]
    assert (steady["kappa_lo"] > independent["kappa_hi"].max()).all()


def test_kappa_of_a_table_that_can_be_computed_on_paper() -> None:
    # 20 and 15 of 50 agree; margins 25:25 and 30:20 would give a half
    pairs = [("yes", "yes", 20.0), ("yes", "no", 5.0), ("no", "yes", 10.0), ("no", "no", 15.0)]
    rows = pd.DataFrame(pairs, columns=["value", "main_value", "weight"])
    assert kappa(rows) == (pytest.approx(0.5), pytest.approx(0.4))
    product = pd.DataFrame(
        [(v, m, a * b) for v, a in (("yes", 0.3), ("no", 0.7)) for m, b in (("yes", 0.6), ("no", 0.4))]
    )
    assert kappa(product.set_axis(["value", "main_value", "weight"], axis=1))[1] == pytest.approx(0, abs=1e-12)


def test_below_the_floor_and_without_answers_the_counts_alone_are_shown(mart: pd.DataFrame) -> None:
    hidden = mart[mart["is_suppressed"]]
    below = (mart["n_conversations"] < FLOOR_CONVERSATIONS) | (mart["n_users"] < FLOOR_USERS)
    assert hidden.index.tolist() == mart.index[below].tolist()
    assert {("redraw", "intent"), ("order", "use_case")} <= {key[:2] for key in hidden.index}
    rates = [name for name in [*SHARE, *KAPPA] if not name.startswith("n_") or name == "n_eff"]
    assert hidden[rates].isna().all(axis=None)
    assert set(hidden["presentation"]) == {"suppressed"}
    assert mart.loc["order", "use_case"]["n_not_comparable"].gt(0).all()
