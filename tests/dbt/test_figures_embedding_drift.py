"""Embedding drift, computed again from the vectors themselves; a planted drift is seen, another encoder is no drift."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from built_home import Built
from compiled import Compiled
from drift_worlds import SIZE
from scipy import stats
from worlds import WEEKS, World, write_world

from economic_index.contracts.drift import VECTOR_SUMMARIES
from economic_index.drift.user_groups import user_groups
from economic_index.drift.vector_summaries import directions

pytestmark = pytest.mark.slow
THIN, CHANGED = WEEKS[1], WEEKS[4]


def side(world: World, weeks: list[date]) -> tuple[np.ndarray, ...]:
    """Projected vectors, weights and groups of the conversations of some weeks that have a vector."""
    rows = world.conversations[world.conversations["week_start"].isin(weeks)]
    rows = rows[rows["content_hash"].isin(list(world.vectors))]
    vectors = np.stack([world.vectors[name] for name in rows["content_hash"]]).astype(float) @ directions(SIZE)
    return vectors, rows["weight"].to_numpy(), user_groups(rows)


def pulls(vectors: np.ndarray, weights: np.ndarray, groups: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean vector, and what each of 50 groups pulls at it, by its leverage."""
    mean = np.average(vectors, axis=0, weights=weights)
    found = np.zeros((50, vectors.shape[1]))
    for group in range(50):
        of = groups == group
        part = weights[of].sum() / weights.sum()
        errors = ((vectors[of] - mean) * weights[of, None]).sum(axis=0)
        found[group] = errors / (weights.sum() * np.sqrt(1 - part))
    return mean, found


def by_hand(world: World, week: date, reference: list[date], weeks_compared: int) -> list[float]:
    """Distance, what is expected of it, degrees of freedom and limit."""
    one, other = side(world, [week]), side(world, reference)
    (p, z), (q, x) = pulls(*one), pulls(*other)
    influence = z - x
    both, weights = np.concatenate([one[0], other[0]]), np.concatenate([one[1], other[1]])
    spread = np.average(((both - np.average(both, axis=0, weights=weights)) ** 2).sum(axis=1), weights=weights)
    kish = [w.sum() ** 2 / (w**2).sum() for w in (one[1], other[1])]
    expected = max((influence**2).sum(), spread * (1 / kish[0] + 1 / kish[1]))
    products = influence @ influence.T
    lengths, apart = np.diag(products), ~np.eye(50, dtype=bool)
    df = np.outer(lengths, lengths)[apart].sum() / (products[apart] ** 2).sum()
    limit = expected * stats.chi2.isf(0.05 / weeks_compared, df) / df
    return [float(np.linalg.norm(p - q)), float(np.sqrt(expected)), float(df), float(np.sqrt(limit))]


def test_every_week_is_held_against_the_first_four(built: Built) -> None:
    rows = built.query("select * from marts.mart_embedding_drift")
    assert len(rows) == len(WEEKS)
    for _, row in rows.iterrows():
        week = row["period_start"].date()
        reference = [other for other in WEEKS[:4] if other != week]
        assert row["reference_week_count"] == len(reference)
        distance, expected, df, limit = by_hand(built.world, week, reference, len(WEEKS))
        found = row[["distance", "expected_distance", "df"]].to_numpy(float)
        # sums are kept to six decimals
        np.testing.assert_allclose(found, [distance, expected, df], rtol=1e-5)
        # quantiles by formula
        assert row["distance_limit"] == pytest.approx(limit, rel=5e-3)
        assert row["verdict"] == ("drifted" if distance > limit else "as the reference")
        of_week = side(built.world, [week])[1]
        assert row["n_conversations"] == len(of_week)
    assert (rows["verdict"] == "as the reference").sum() >= 4


def test_projected_distances_are_those_of_the_vectors(built: Built) -> None:
    """On 64 directions a squared distance has a standard error of 18 %."""
    rows = built.query("select * from marts.mart_embedding_drift").set_index("period_start")
    row = rows.loc[pd.Timestamp(CHANGED)]
    means = []
    for weeks in ([CHANGED], WEEKS[:4]):
        of = built.world.conversations[built.world.conversations["week_start"].isin(weeks)]
        of = of[of["content_hash"].isin(list(built.world.vectors))]
        vectors = np.stack([built.world.vectors[name] for name in of["content_hash"]])
        means.append(np.average(vectors, axis=0, weights=of["weight"]))
    whole = np.linalg.norm(means[0] - means[1])
    assert row["distance"] ** 2 == pytest.approx(whole**2, rel=0.55)  # three standard errors


@pytest.fixture(scope="module")
def changed(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """Another home: a thin week, a last one in which half of the talk turned to something else."""
    world = changed_world(tmp_path_factory.mktemp("changed"))
    compiled, root = Compiled(built.world.lake.dbt_target), built.world.lake.root
    with compiled.run_all(root, world.lake.root, ["mart_embedding_drift"]) as connection:
        yield connection


def changed_world(root: Path, *, encoder: str | None = None) -> World:
    def thin(rows: pd.DataFrame) -> pd.DataFrame:
        is_left_out = (rows["week_start"] == THIN) & (rows.groupby("week_start").cumcount() >= 14)
        return rows[~is_left_out].reset_index(drop=True)

    def turned(vectors: dict[str, np.ndarray], rows: pd.DataFrame) -> dict[str, np.ndarray]:
        aim = np.random.default_rng(1).normal(size=SIZE)
        names = set(rows.loc[(rows["week_start"] == CHANGED) & (np.arange(len(rows)) % 2 == 0), "content_hash"])
        found = {name: vector + 0.4 * aim / np.linalg.norm(aim) * (name in names) for name, vector in vectors.items()}
        return {name: (vector / np.linalg.norm(vector)).astype(np.float32) for name, vector in found.items()}

    if encoder is None:
        return write_world(root, of_conversations=thin, of_vectors=turned)
    world = write_world(root)  # whole, so that the week is not of the reference
    rows = world.lake.read_week(VECTOR_SUMMARIES, CHANGED).assign(maker=encoder)
    world.lake.commit_week(CHANGED, {VECTOR_SUMMARIES: rows})
    return world


def verdicts(connection: duckdb.DuckDBPyConnection) -> dict[date, str]:
    rows = connection.execute("select period_start, verdict from marts.mart_embedding_drift").df()
    return {day.date(): verdict for day, verdict in zip(rows["period_start"], rows["verdict"], strict=True)}


def test_a_planted_drift_is_seen_and_a_thin_week_has_no_figure(changed: duckdb.DuckDBPyConnection) -> None:
    found = verdicts(changed)
    assert found[CHANGED] == "drifted"
    assert found[THIN] == "too few"
    # the week is of the reference, as a thin one is none: the others may differ from it, but none as much
    rows = changed.execute("select period_start, distance from marts.mart_embedding_drift").df()
    assert rows.set_index("period_start")["distance"].idxmax().date() == CHANGED
    thin = changed.execute("select * from marts.mart_embedding_drift where period_start = ?", [THIN]).df()
    assert thin[["distance", "expected_distance", "distance_limit", "df"]].isna().all(axis=None)


def test_vectors_of_another_encoder_have_no_distance(built: Built, tmp_path: Path) -> None:
    world = changed_world(tmp_path, encoder="another")
    compiled, root = Compiled(built.world.lake.dbt_target), built.world.lake.root
    with compiled.run_all(root, world.lake.root, ["mart_embedding_drift"]) as connection:
        assert verdicts(connection)[CHANGED] == "another engine"
        row = connection.execute("select * from marts.mart_embedding_drift where is_other_engine").df()
    assert row["period_start"].dt.date.tolist() == [CHANGED]
    assert row["distance"].isna().all()
