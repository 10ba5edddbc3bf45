"""A weekly asset commits week by week, skips what has not changed, and never lets a broken week through."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest

from assets.table import weekly_table
from assets.weeks import WeekRows, Weeks
from economic_index.contracts.lake import FACET_SUMMARIES_REJECTED as DEAD
from economic_index.contracts.lake import SEGMENTS
from economic_index.due import Stage
from economic_index.lake import Lake

FIRST, SECOND = date(2026, 1, 5), date(2026, 1, 12)
STAGE = Stage((DEAD,), (SEGMENTS,), "v1")


def segment_rows(*ids: str) -> pd.DataFrame:
    return pd.DataFrame({"conversation_id": list(ids), "segment_type": "team", "segment": "x"})


def asset_of(stage: Stage, drawn: list[date], attempts: int = 1) -> dg.AssetsDefinition:
    @weekly_table(DEAD, stage=stage, group="classification", kinds={"python"})
    def dead(segments: Weeks) -> Iterator[WeekRows]:
        """One dead letter per conversation."""
        for week in segments:
            drawn.append(week.week_start)
            rows = week.rows[["conversation_id"]].assign(reason="dead", detail="", attempt_count=attempts)
            yield WeekRows(week.week_start, (rows,))

    return dead


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    found = Lake(tmp_path)
    found.commit_week(FIRST, {SEGMENTS: segment_rows("a", "b")})
    found.commit_week(SECOND, {SEGMENTS: segment_rows("c")})
    return found


def run(asset: dg.AssetsDefinition, lake: Lake, instance: dg.DagsterInstance, *, success: bool = True):
    result = dg.materialize(
        [asset],
        resources={"lake": dg.ResourceDefinition.hardcoded_resource(lake)},
        instance=instance,
        tags={"dagster/asset_partition_range_start": str(FIRST), "dagster/asset_partition_range_end": str(SECOND)},
        raise_on_error=False,
    )
    assert result.success is success
    return result


def test_one_run_commits_every_week_and_counts_each(lake: Lake) -> None:
    drawn: list[date] = []
    with dg.DagsterInstance.ephemeral() as instance:
        run(asset_of(STAGE, drawn), lake, instance)
        assert drawn == [FIRST, SECOND]
        assert lake.read_week(DEAD, FIRST)["conversation_id"].tolist() == ["a", "b"]
        records = instance.fetch_materializations(dg.AssetKey(["lake", DEAD.name]), limit=10).records
        counts = {
            r.partition_key: r.asset_materialization.metadata["dagster/partition_row_count"].value for r in records
        }
        assert counts == {str(FIRST): 2, str(SECOND): 1}


def test_only_a_changed_week_runs_again(lake: Lake) -> None:
    drawn: list[date] = []
    with dg.DagsterInstance.ephemeral() as instance:
        run(asset_of(STAGE, drawn), lake, instance)
        lake.commit_week(SECOND, {SEGMENTS: segment_rows("c", "d")})
        drawn.clear()
        run(asset_of(STAGE, drawn), lake, instance)
        assert drawn == [SECOND]
        drawn.clear()
        run(asset_of(STAGE, drawn), lake, instance)
        assert drawn == []


def test_another_code_version_makes_every_week_due(lake: Lake) -> None:
    drawn: list[date] = []
    with dg.DagsterInstance.ephemeral() as instance:
        run(asset_of(STAGE, drawn), lake, instance)
        run(asset_of(Stage(STAGE.tables, STAGE.inputs, "v2"), drawn), lake, instance)
    assert drawn == [FIRST, SECOND, FIRST, SECOND]


def test_a_week_that_breaks_its_contract_is_not_committed_and_no_value_is_told(lake: Lake) -> None:
    secret = "the merger is on Friday"

    @weekly_table(DEAD, stage=STAGE, group="classification", kinds={"python"})
    def dead(segments: Weeks) -> Iterator[WeekRows]:
        """A reason outside the vocabulary in the first week."""
        for week in segments:
            reason = secret if week.week_start == FIRST else "dead"
            rows = week.rows[["conversation_id"]].assign(reason=reason, detail="", attempt_count=1)
            yield WeekRows(week.week_start, (rows,))

    with dg.DagsterInstance.ephemeral() as instance:
        result = run(dead, lake, instance, success=False)
        (check,) = result.get_asset_check_evaluations()
        assert not check.passed
        assert any("reason" in rule for rule in check.metadata["broken"].value)
        assert secret not in str(list(result.all_events))
    assert lake.commit_of(DEAD, FIRST) is None
    assert lake.commit_of(DEAD, SECOND).row_count == 1


def test_a_body_that_dies_keeps_the_weeks_it_committed(lake: Lake) -> None:
    @weekly_table(DEAD, stage=STAGE, group="classification", kinds={"python"})
    def dead(segments: Weeks) -> Iterator[WeekRows]:
        """Dies in the second week."""
        for week in segments:
            if week.week_start == SECOND:
                raise KeyError("gone")
            rows = week.rows[["conversation_id"]].assign(reason="dead", detail="", attempt_count=1)
            yield WeekRows(week.week_start, (rows,))

    with dg.DagsterInstance.ephemeral() as instance:
        run(dead, lake, instance, success=False)
    assert lake.commit_of(DEAD, FIRST).row_count == 2
    assert lake.commit_of(DEAD, SECOND) is None
