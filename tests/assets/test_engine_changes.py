"""When an engine takes another's place in a week, both are held against each other before it does."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from worlds import WEEKS, draw_conversations, draw_facets, draw_mappings

from assets.engine_changes import CHECK
from assets.facet_summaries import facet_summaries_asset
from assets.onet_task_mappings import onet_task_mappings_asset
from economic_index.contracts import Table, as_arrow
from economic_index.contracts.drift import ENGINE_CHANGES
from economic_index.contracts.lake import (
    CONVERSATIONS,
    FACET_SUMMARIES,
    FACET_SUMMARIES_REJECTED,
    ONET_TASK_MAPPINGS,
    ONET_TASK_MAPPINGS_REJECTED,
    TRANSCRIPTS,
)
from economic_index.drift.user_groups import user_groups
from economic_index.due import StageVersions, weekly_stages
from economic_index.lake import Lake, empty_frame

WEEK = WEEKS[0]
COUNT = 600


@dataclass
class Ready:
    """An engine whose answers are ready: a frame, or batches."""

    facets: pd.DataFrame
    mappings: pd.DataFrame
    is_streamed: bool = False
    asked: list[str] = field(default_factory=list)

    def label(self, conversations: pd.DataFrame, *_: Any) -> tuple[Any, pd.DataFrame]:
        self.asked.append("facets")
        return self._rows(FACET_SUMMARIES, self.facets), empty_frame(FACET_SUMMARIES_REJECTED)

    def map_tasks(self, conversations: pd.DataFrame, *_: Any) -> tuple[Any, pd.DataFrame]:
        self.asked.append("tasks")
        return self._rows(ONET_TASK_MAPPINGS, self.mappings), empty_frame(ONET_TASK_MAPPINGS_REJECTED)

    def _rows(self, table: Table, rows: pd.DataFrame) -> pd.DataFrame | Iterator[pa.RecordBatch]:
        return iter(as_arrow(table, rows).to_batches(50)) if self.is_streamed else rows


@pytest.fixture(scope="module")
def drawn() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Conversations of one week, answers, picks."""
    rng = np.random.default_rng(3)
    conversations = draw_conversations(rng, COUNT, 60, are_known=True)
    conversations = conversations[conversations["week_start"] == WEEK].sort_values("conversation_id")
    facets, mappings = draw_facets(rng, conversations.reset_index(drop=True)), draw_mappings(rng, conversations)
    return conversations.drop(columns=["week_start", "person"]).reset_index(drop=True), facets, mappings


@pytest.fixture(scope="module")
def first_home(tmp_path_factory: pytest.TempPathFactory, drawn: tuple[pd.DataFrame, ...]) -> Path:
    """A home whose week a first engine answered, to be copied."""
    found = Lake(tmp_path_factory.mktemp("first"))
    found.commit_week(WEEK, {TRANSCRIPTS: empty_frame(TRANSCRIPTS), CONVERSATIONS: drawn[0]})
    run(found, Ready(*drawn[1:]), "1")
    return found.root


@pytest.fixture
def lake(tmp_path: Path, first_home: Path) -> Lake:
    shutil.copytree(first_home, tmp_path / "home")
    return Lake(tmp_path / "home")


def changed_facets(facets: pd.DataFrame) -> pd.DataFrame:
    """Another model, which says something else in a third of the patterns."""
    moved = facets["collaboration"].where(np.arange(len(facets)) % 3 > 0, "directive")
    moved = moved.where(facets["collaboration_state"] == "answered", None)
    return facets.assign(model="newer", collaboration=moved)


def run(lake: Lake, engine: Ready, version: str, *, success: bool = True) -> dg.ExecuteInProcessResult:
    facets, mappings = weekly_stages(StageVersions("1", version, version))[2:]
    plain = {"lake": lake, "engine": engine, "progress": lambda *_: None}
    result = dg.materialize(
        [facet_summaries_asset(facets), onet_task_mappings_asset(mappings)],
        partition_key=WEEK.isoformat(),
        resources={name: dg.ResourceDefinition.hardcoded_resource(value) for name, value in plain.items()},
        raise_on_error=False,
    )
    assert result.success is success
    return result


def checks(result: dg.ExecuteInProcessResult) -> dict[str, dg.AssetCheckEvaluation]:
    return {e.asset_key.path[-1]: e for e in result.get_asset_check_evaluations() if e.check_name == CHECK}


def compared_by_hand(drawn: tuple[pd.DataFrame, ...], after: pd.DataFrame) -> pd.DataFrame:
    """Both patterns of each conversation, as pandas joins them."""
    before = drawn[1].set_index("conversation_id")
    both = (
        drawn[0]
        .set_index("conversation_id")[["user_id"]]
        .join(pd.DataFrame({"old": labels(before), "new": labels(after.set_index("conversation_id"))}))
    )
    return both.dropna(subset=["old", "new"]).reset_index()


def labels(rows: pd.DataFrame) -> pd.Series:
    state = rows["collaboration_state"]
    return rows["collaboration"].where(state == "answered", np.where(state == "unclassified", "_unclassified", None))


@pytest.mark.parametrize("is_streamed", [False, True])
def test_the_whole_week_is_compared_before_it_is_replaced(tmp_path: Path, drawn, is_streamed: bool) -> None:
    conversations, facets, mappings = drawn
    lake = Lake(tmp_path)
    lake.commit_week(WEEK, {TRANSCRIPTS: empty_frame(TRANSCRIPTS), CONVERSATIONS: conversations})
    first = run(lake, Ready(facets, mappings, is_streamed), "1")
    assert all(each.passed for each in checks(first).values())
    assert lake.read_week(ENGINE_CHANGES, WEEK).empty
    after = changed_facets(facets)
    result = run(lake, Ready(after, mappings, is_streamed), "2")
    rows = lake.read_week(ENGINE_CHANGES, WEEK)
    assert set(rows["old_model"]) == {"judge"}
    assert set(rows["new_model"]) == {"newer"}
    of_pattern = rows[rows["facet"] == "collaboration"]
    both = compared_by_hand(drawn, after)
    found = of_pattern.groupby(["old_label", "new_label"])["conversation_count"].sum()
    expected = both.groupby(["old", "new"]).size()
    assert found.to_dict() == expected.to_dict()
    groups = user_groups(both)
    people = of_pattern.drop_duplicates("user_group").set_index("user_group")
    known = both["user_id"].notna()
    assert people["user_count"].to_dict() == both["user_id"].groupby(groups).nunique().to_dict()
    assert people["unknown_count"].sum() == (~known).sum() > 0
    share = (both["old"] == both["new"]).mean()
    told = checks(result)["facet_summaries"]
    assert not told.passed
    assert told.severity == dg.AssetCheckSeverity.WARN
    assert told.metadata["agreement_collaboration"].value == pytest.approx(share)
    assert told.metadata["agreement_use_case"].value == 1
    assert told.metadata["below_the_limit"].value == "collaboration"
    written = [e for e in result.get_asset_materialization_events() if e.asset_key.path[-1] == "facet_summaries"]
    numbers = written[0].materialization.metadata
    assert numbers["agreement_with_engine_before_collaboration"].value == pytest.approx(share)
    assert numbers["compared_with_engine_before_collaboration"].value == len(both)


def test_no_conversation_can_be_found_in_the_counts(lake: Lake, drawn) -> None:
    conversations, facets, mappings = drawn
    run(lake, Ready(changed_facets(facets), mappings), "2")
    rows = lake.read_week(ENGINE_CHANGES, WEEK)
    words = set(rows.select_dtypes("str").to_numpy().ravel().tolist())
    ids = {*conversations["conversation_id"], *conversations["content_hash"], *conversations["user_id"].dropna()}
    assert not words & ids


def test_the_same_engine_again_is_no_change(lake: Lake, drawn) -> None:
    _, facets, mappings = drawn
    again = Ready(facets.assign(collaboration_confidence=0.5), mappings)
    run(lake, again, "2")
    assert again.asked == ["facets", "tasks"]
    assert lake.read_week(ENGINE_CHANGES, WEEK).empty


def test_a_changed_prompt_of_one_question_is_a_change_of_that_one(lake: Lake, drawn) -> None:
    _, facets, mappings = drawn
    run(lake, Ready(facets.assign(intent_version="2"), mappings), "2")
    rows = lake.read_week(ENGINE_CHANGES, WEEK)
    assert set(rows["facet"]) == {"intent"}
    assert set(rows["new_version"]) == {"2"}


def test_a_conversation_that_reads_otherwise_now_is_not_compared(lake: Lake, drawn) -> None:
    _, facets, mappings = drawn
    grown = changed_facets(facets).assign(
        content_hash=facets["content_hash"].where(np.arange(len(facets)) % 2 > 0, "another")
    )
    run(lake, Ready(grown, mappings), "2")
    rows = lake.read_week(ENGINE_CHANGES, WEEK)
    both = compared_by_hand(drawn, grown)
    both = both.merge(grown[["conversation_id", "content_hash"]], on="conversation_id").query(
        "content_hash != 'another'"
    )
    assert rows.loc[rows["facet"] == "collaboration", "conversation_count"].sum() == len(both) > 0


def test_a_run_that_ends_before_the_week_is_replaced_finds_the_same_again(
    lake: Lake, drawn, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, facets, mappings = drawn
    commit = Lake.commit_week

    def killed(self: Lake, week: date, tables: dict, *rest: Any) -> Any:
        if FACET_SUMMARIES in tables:
            raise OSError("no space left")
        return commit(self, week, tables, *rest)

    after = changed_facets(facets)
    with monkeypatch.context() as patch:
        patch.setattr(Lake, "commit_week", killed)
        run(lake, Ready(after, mappings), "2", success=False)
    found = lake.read_week(ENGINE_CHANGES, WEEK)
    assert len(found)
    assert set(lake.read_week(FACET_SUMMARIES, WEEK)["model"]) == {"judge"}
    run(lake, Ready(after, mappings), "2")
    pd.testing.assert_frame_equal(lake.read_week(ENGINE_CHANGES, WEEK), found)


def test_later_changes_stand_beside_the_earlier_and_the_check_tells_of_the_last(lake: Lake, drawn) -> None:
    _, facets, mappings = drawn
    worse = changed_facets(facets)
    run(lake, Ready(worse, mappings), "2")
    result = run(lake, Ready(worse.assign(model="newest"), mappings), "3")
    rows = lake.read_week(ENGINE_CHANGES, WEEK).drop_duplicates("change_number").sort_values("change_number")
    assert rows[["old_model", "new_model"]].to_numpy().tolist() == [["judge", "newer"], ["newer", "newest"]]
    assert checks(result)["facet_summaries"].passed


def test_a_changed_bank_is_held_against_the_one_before(lake: Lake, drawn) -> None:
    _, facets, mappings = drawn
    is_moved = (mappings["level"] == "task") & (mappings["pick"] == 1) & (np.arange(len(mappings)) % 4 == 0)
    other = mappings.assign(
        version="2",
        node_id=mappings["node_id"].mask(is_moved, "15"),
        level=mappings["level"].mask(is_moved, "soc_group"),
    )
    result = run(lake, Ready(facets, other), "2")
    rows = lake.read_week(ENGINE_CHANGES, WEEK)
    assert set(rows["facet"]) == {"task", "task_level", "task_soc_group"}
    assert set(rows["new_version"]) == {"2 O*NET 20.1"}
    levels = rows[rows["facet"] == "task_level"].groupby(["old_label", "new_label"])["conversation_count"].sum()
    assert levels["task", "soc_group"] == is_moved.sum() > 0
    # both have a task, and it is the same one
    tasks = rows[rows["facet"] == "task"]
    assert set(tasks["new_label"]) == {"same"}
    assert tasks["conversation_count"].sum() == levels["task", "task"]
    assert checks(result)["onet_task_mappings"].metadata["agreement_task_level"].value < 1
