"""Odd homes give honest pages: little evidence is a wide interval or a hidden cell, never a crash or a claim."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from built_home import Built
from compiled import Compiled
from worlds import WEEKS, World, emptied, write_world

from economic_index.lake import Lake
from economic_index.publish.figures import FIGURES
from economic_index.publish.headlines import headlines
from economic_index.publish.page import build_report
from economic_index.publish.served import MARTS, ServedMarts
from economic_index.taxonomy import facts

pytestmark = pytest.mark.slow
INTERVALS = {
    "mart_soc_groups": "usage_share",
    "mart_collaboration": "usage_share",
    "mart_tasks": "usage_share",
    "mart_representation": "representation_ratio",
    "mart_representation_by_occupation": "representation_ratio",
    "mart_concentration": "value",
    "mart_numbers": "value",
}


def of_one_week(rows: pd.DataFrame) -> pd.DataFrame:
    moved = rows["started_at"] - pd.to_timedelta([(week - WEEKS[0]).days for week in rows["week_start"]], unit="D")
    return rows.assign(week_start=WEEKS[0], started_at=moved)


def of_one_person_mostly(rows: pd.DataFrame) -> pd.DataFrame:
    is_theirs = np.arange(len(rows)) % 10 != 0
    return rows.assign(
        user_id=np.where(is_theirs, "u0", rows["user_id"]), person=np.where(is_theirs, 0, rows["person"])
    )


def of_one_task(rows: pd.DataFrame) -> pd.DataFrame:
    """Everybody does the first statement of one occupation, and nothing else is known."""
    tasks = facts.load("onet_tasks").query("onet_version == '20.1' and onet_soc_code == '15-1131.00'")
    first = rows.drop_duplicates("conversation_id").reset_index(drop=True)
    return first.assign(
        pick=1, level="task", node_id=tasks["statement_hash"].min(), bank_task_id=None, weight=1.0, state="answered"
    )


HOMES: dict[str, Callable[[Path], World]] = {
    "forty conversations of a week": lambda root: write_world(root, 40, 12, of_conversations=of_one_week),
    "none": lambda root: emptied(write_world(root, 40, 12)),
    "one person made nine of ten": lambda root: write_world(root, 1200, 60, of_conversations=of_one_person_mostly),
    "one task of one occupation": lambda root: write_world(root, 400, 60, of_mappings=of_one_task),
}


@pytest.fixture(scope="module", params=sorted(HOMES))
def home(
    request: pytest.FixtureRequest, built: Built, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, ServedMarts]:
    """The SQL that dbt compiled for the tests' home, over an odd one."""
    world = HOMES[request.param](tmp_path_factory.mktemp("odd"))
    root = built.world.lake.root
    names = {*MARTS, *INTERVALS, "mart_depth_rarefied"}
    with Compiled(built.world.lake.dbt_target).run_all(root, world.lake.root, names) as connection:
        frames = {name: connection.execute(f"select * from marts.{name}").df() for name in names}
    return request.param, ServedMarts.holding(frames)


def test_every_interval_is_one_and_holds_its_point(home: tuple[str, ServedMarts]) -> None:
    for mart, column in INTERVALS.items():
        rows = home[1].mart(mart)
        ends = rows[[f"{column}_lo", column, f"{column}_hi"]].dropna().to_numpy(float)
        assert np.isfinite(ends).all(), mart
        assert (np.diff(ends, axis=1) >= -1e-9).all(), mart
        assert np.isnan(rows.loc[rows["engine"] == "imported", f"{column}_lo"].to_numpy(float)).all(), mart


def test_the_page_is_whole_and_prints_no_nonsense(home: tuple[str, ServedMarts], tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.write_report(build_report(home[1]))
    page = lake.report_path.read_text()
    assert page.count("<figure ") == len(FIGURES)
    assert re.findall(r"\b(?:nan|NaN|None|inf|undefined)\b", page.split("<script")[0]) == []
    assert headlines(home[1])


def test_little_evidence_is_wide_hidden_or_without_a_point(home: tuple[str, ServedMarts]) -> None:
    name, marts = home
    rows = marts.mart("mart_soc_groups").query("segment_type == 'all' and footing == 'of_classified'")
    shown = rows[rows["usage_share"].notna() & ~rows["is_suppressed"]]
    if name == "none":
        assert rows.empty
        assert marts.mart("mart_summary_of_home")["conversations"].tolist() == [0]
    elif name == "forty conversations of a week":
        assert (shown["n_conversations"] >= 15).all()
        assert ((shown["usage_share_hi"] - shown["usage_share_lo"]) > 0.2).all()
        assert set(shown["presentation"]) <= {"imprecise", "interval only"}
    elif name == "one person made nine of ten":
        of_all = rows[rows["period_type"] == "all"]
        assert len(of_all)
        assert of_all["usage_share"].isna().all()  # more than half of each is theirs, of hidden groups together too
        assert set(of_all["presentation"]) == {"suppressed"}
    else:
        assert shown.loc[shown["period_type"] == "all", "usage_share"].tolist() == [1.0]
        assert (shown["interval_method"] == "exact end").all()
        assert (shown["usage_share_lo"] < 1).all()


def test_no_change_and_no_verdict_is_claimed_of_it(home: tuple[str, ServedMarts]) -> None:
    name, marts = home
    assert not marts.mart("mart_changes")["is_claimed"].any()
    verdicts = marts.mart("mart_published_comparison")["verdict"]
    if name in ("none", "one person made nine of ten"):
        assert set(verdicts) <= {"cannot tell"}
