"""Every published figure is a cell of an ordinary mart, to the published digits, on a home with other people's logs."""

import pytest
from built_home import PROJECT, Built

from economic_index.publish.served import ServedMarts
from economic_index.releases.fixtures import Fixture, fixtures
from economic_index.releases.reproduction import as_page, reproduce

FIXTURES = list(fixtures())


@pytest.fixture(scope="session")
def marts(built: Built) -> ServedMarts:
    names = {fixture.mart for fixture in FIXTURES}
    return ServedMarts.holding({name: built.query(f"select * from marts.{name}") for name in names})


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda fixture: f"{fixture.section}: {fixture.what}")
def test_a_published_figure_comes_out_of_the_ordinary_marts(marts: ServedMarts, fixture: Fixture) -> None:
    (found,) = reproduce(marts, [fixture])
    assert found.is_right, (found.ours, fixture.published)


def test_the_page_in_the_docs_is_what_the_marts_say(marts: ServedMarts) -> None:
    page = PROJECT.parent / "docs" / "reproduced.md"
    assert page.read_text(encoding="utf-8") == as_page(reproduce(marts, FIXTURES)), "run make reproduce"


def test_published_segments_are_never_part_of_all(built: Built) -> None:
    of_all = built.query(
        "select denominator from marts.mart_soc_groups where segment_type = 'all' and period_type = 'all' "
        "and footing = 'of_all'"
    )
    assert of_all["denominator"].max() == pytest.approx(built.world.conversations["weight"].sum())
    told = built.query("select distinct period_type, engine from marts.mart_tasks where segment_type = 'published'")
    assert told.to_dict("list") == {"period_type": ["window"], "engine": ["imported"]}


def test_a_median_is_not_printed_with_an_interval_that_does_not_hold_it(built: Built) -> None:
    """The interval of the API's autonomy median of November 2025 lies below it."""
    cells = built.query("select * from staging.stg_reference__published_cells where facet = 'ai_autonomy'")
    assert "ai_autonomy_median" in set(cells["variable"])
    assert not cells["variable"].str.contains("median_ci").any()
    kept = built.query("""
        select ends.value, medians.value as median, ends.variable
        from staging.stg_reference__published_cells as ends
        inner join staging.stg_reference__published_cells as medians
            on ends.release = medians.release and ends.platform = medians.platform and ends.facet = medians.facet
            and medians.variable = split_part(ends.variable, '_ci_', 1)
        where contains(ends.variable, '_median_ci_')
    """)
    lower = kept["variable"].str.endswith("lower")
    assert len(kept) == 2
    assert (kept["value"] <= kept["median"])[lower].all()
    assert (kept["value"] >= kept["median"])[~lower].all()
