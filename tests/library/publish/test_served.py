"""A reader of served marts stays with one build, and asks only for marts that dbt makes."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
import synthetic_marts

from economic_index.lake import Lake, LakeError
from economic_index.publish.figures import FIGURES
from economic_index.publish.first_page import first_page
from economic_index.publish.headlines import headlines
from economic_index.publish.served import MARTS, ServedMarts
from economic_index.publish.sureness import counted_otherwise, how_sure

MODELS = Path(__file__).parents[3] / "dbt_project" / "models" / "marts"


def test_a_build_served_later_does_not_reach_a_reader_that_has_begun(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.serve("first", {"mart_tasks": pa.table({"n": [1]}), "dim_weeks": pa.table({"n": [10]})})
    marts = ServedMarts.of(lake)
    assert marts.mart("mart_tasks")["n"].tolist() == [1]
    lake.serve("second", {"mart_tasks": pa.table({"n": [2]}), "dim_weeks": pa.table({"n": [20]})})
    assert marts.mart("dim_weeks")["n"].tolist() == [10]
    assert marts.build_id == "first"
    assert ServedMarts.of(lake).mart("dim_weeks")["n"].tolist() == [20]


def test_without_a_build_the_reader_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(LakeError, match="nothing is served yet"):
        ServedMarts.of(Lake(tmp_path))


def test_a_build_that_is_gone_is_an_error_and_not_an_empty_report(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.serve("0", {"mart_tasks": pa.table({"n": [0]})})
    marts = ServedMarts.of(lake)
    for build in range(1, 8):
        lake.serve(str(build), {"mart_tasks": pa.table({"n": [build]})})
    with pytest.raises(LakeError, match="no longer served"):
        marts.mart("mart_tasks")


def test_what_the_report_reads_is_what_is_listed_and_what_dbt_makes() -> None:
    frames, asked = synthetic_marts.rich(), set[str]()

    def read(name: str) -> pd.DataFrame:
        asked.add(name)
        return frames.get(name, pd.DataFrame())

    marts = ServedMarts("recorded", read)
    for figure in FIGURES:
        figure.build(marts)
    first_page(marts)
    headlines(marts)
    how_sure(marts)
    counted_otherwise(marts)
    assert asked == set(MARTS)
    assert set(MARTS) <= {path.stem for path in MODELS.rglob("*.sql")}
