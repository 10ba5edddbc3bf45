"""What the report is tested with is what dbt makes, and a real build gives a whole page."""

import sys
from pathlib import Path

import duckdb
from built_home import Built

from economic_index.lake import Lake
from economic_index.publish.figures import FIGURES
from economic_index.publish.headlines import headlines
from economic_index.publish.page import build_report
from economic_index.publish.served import MARTS, ServedMarts

sys.path.insert(0, str(Path(__file__).parents[1] / "library" / "publish"))
import synthetic_marts


def test_the_invented_marts_have_no_column_that_dbt_does_not_make(built: Built) -> None:
    for name, frame in synthetic_marts.rich().items():
        made = set(built.query(f"select * from marts.{name} limit 0").columns)
        assert set(frame.columns) - made == set(), name


def test_a_real_build_gives_a_page_and_five_headlines(built: Built, tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    with duckdb.connect(str(built.world.lake.duckdb_path), read_only=True) as connection:
        lake.serve("build", {name: connection.execute(f"from marts.{name}").to_arrow_table() for name in MARTS})
    marts = ServedMarts.of(lake)
    assert len(headlines(marts)) == 5
    page = build_report(marts)
    assert page.count("<figure ") == len(FIGURES)
    assert 'data-figure="figure_employment"' in page
    assert 'data-figure="figure_patterns"' in page
