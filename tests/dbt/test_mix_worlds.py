"""Mix against within on small invented tables: the models' own SQL against numpy, and the identities of method 5.9."""

import numpy as np
import pytest
from built_home import Built
from compiled import Compiled
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mix_by_hand import Side, decompose

pytestmark = pytest.mark.slow
COUNTS = st.tuples(*[st.integers(0, 40)] * 4)  # with and without the outcome, on both sides
TABLES = st.lists(COUNTS, min_size=1, max_size=6).filter(
    lambda rows: sum(r[0] + r[1] for r in rows) > 0 and sum(r[2] + r[3] for r in rows) > 0
)


@pytest.fixture(scope="module")
def compiled(built: Built) -> Compiled:
    return Compiled(built.world.lake.dbt_target)


def decomposed(compiled: Compiled, rows: list[tuple[int, int, int, int]]) -> tuple[float, float]:
    """Mix and within of one table, by the model."""
    cells = [
        {"pair_key": 1, "outcome": "automation", "level": "soc_group", "cell": str(number), "is_merged": False}
        | {"y_a": row[0], "d_a": row[0] + row[1], "y_b": row[2], "d_b": row[2] + row[3]}
        for number, row in enumerate(rows)
        if sum(row) > 0
    ]
    with compiled.run(["int_cells_decomposed"], {"int_cells_summed_to_sides": cells}) as connection:
        found = connection.execute("select sum(mix), sum(within) from intermediate.int_cells_decomposed").fetchone()
    assert found is not None
    return found[0], found[1]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=TABLES)
def test_parts_by_hand_and_their_identities(compiled: Compiled, rows: list[tuple[int, int, int, int]]) -> None:
    used = [row for row in rows if sum(row) > 0]
    array = np.array(used, dtype=float)
    a, b = (Side(array[None, :, i] + array[None, :, i + 1], array[None, :, i]) for i in (0, 2))
    mix, within = decomposed(compiled, rows)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = decompose(a, b)
    assert (mix, within) == (
        pytest.approx(expected.mix, rel=1e-9, abs=1e-12),
        pytest.approx(expected.within, rel=1e-9, abs=1e-12),
    )
    assert mix + within == pytest.approx(b.share - a.share, abs=1e-12)
    back = decomposed(compiled, [(row[2], row[3], row[0], row[1]) for row in rows])
    assert back == (pytest.approx(-mix, abs=1e-12), pytest.approx(-within, abs=1e-12))
    same = decomposed(compiled, [(row[0] + 1, row[1], row[0] + 1, row[1]) for row in rows])
    assert same == (pytest.approx(0, abs=1e-15), pytest.approx(0, abs=1e-15))


def test_an_equal_mix_leaves_all_to_what_changed_within(compiled: Compiled) -> None:
    mix, within = decomposed(compiled, [(1, 9, 6, 4), (5, 15, 5, 15)])
    assert mix == pytest.approx(0, abs=1e-15)
    assert within == pytest.approx(5 / 30)
