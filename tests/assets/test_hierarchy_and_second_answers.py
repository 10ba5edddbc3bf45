"""The hierarchy as an asset, the algorithms as a setting, and the sample that is asked a second time."""

import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest
from markupsafe import escape

sys.path.insert(0, str(Path(__file__).parents[1] / "library" / "llm"))
from engine_weeks import WEEK, engine, home_of

from assets.facet_summaries import facet_summaries_asset
from assets.money import cost_estimate
from assets.onet_task_mappings import onet_task_mappings_asset
from assets.second_answers import second_answers_asset
from assets.task_hierarchy import task_hierarchy
from economic_index.assign.hierarchy import HierarchyMissing
from economic_index.contracts import broken_rules
from economic_index.contracts.hierarchy import SECOND_ANSWERS, TASK_HIERARCHY
from economic_index.contracts.lake import FACET_SUMMARIES, ONET_TASK_MAPPINGS
from economic_index.contracts.money import COST_ESTIMATE
from economic_index.due import StageVersions, is_due, weekly_stages
from economic_index.lake import Lake
from economic_index.llm.engine import ModelEngine
from economic_index.rehearsal.running import RehearsalServer
from economic_index.rehearsal.settings import Behaviour
from economic_index.vocabulary import Algorithm, Engine

COUNT = 40
FACETS, MAPPINGS, SECOND = weekly_stages(StageVersions("1", "1", "1", "1"))[2:]
WEEKLY = [facet_summaries_asset(FACETS), onet_task_mappings_asset(MAPPINGS), second_answers_asset(SECOND)]


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[RehearsalServer]:
    with RehearsalServer(Behaviour(), tmp_path_factory.mktemp("server"), lambda: datetime.now(UTC)) as running:
        yield running


@pytest.fixture(scope="module")
def built(server, shared_model_dir, tmp_path_factory) -> pd.DataFrame:
    """The hierarchy over the bank, built once for the tests of this file."""
    home = tmp_path_factory.mktemp("built")
    lake = Lake(home)
    result = run(lake, asking(server, home, shared_model_dir, lake), [task_hierarchy])
    (made,) = result.get_asset_materialization_events()
    assert {"page", "top", "hierarchy_id", "nodes_at_level_1"} <= set(made.materialization.metadata)
    checks = {check.check_name: check.passed for check in result.get_asset_check_evaluations()}
    assert checks == {"contract": True, "fallbacks": True}
    page = (home / "report" / "task_hierarchy.html").read_text()
    rows = lake.read(TASK_HIERARCHY)
    assert all(str(escape(name)) in page for name in rows.loc[rows["level"].eq(1), "name"])
    assert page.count("<li>") == len(rows)
    return rows


def asking(server, home, shared_model_dir, lake, **changes) -> ModelEngine:
    asked = engine(server.url, home, shared_model_dir, **{"sample_share": 0.5} | changes)
    asked.hierarchies = lambda: lake.read(TASK_HIERARCHY)
    return asked


def run(lake, asked, assets, config=None) -> dg.ExecuteInProcessResult:
    plain = {
        "lake": lake,
        "engine": asked,
        "progress": lambda what, done, of: None,
        "due_weeks": lambda: ([WEEK], date(2026, 11, 26)),
    }
    is_weekly = any(asset.partitions_def is not None for asset in assets)
    with dg.DagsterInstance.ephemeral() as instance:
        return dg.materialize(
            assets,
            instance=instance,
            partition_key=WEEK.isoformat() if is_weekly else None,
            resources={name: dg.ResourceDefinition.hardcoded_resource(value) for name, value in plain.items()},
            run_config=config,
        )


@pytest.fixture
def lake(tmp_path) -> Lake:
    return home_of(tmp_path / "home", range(COUNT))


@pytest.fixture(scope="module")
def answered(server, shared_model_dir, tmp_path_factory) -> Path:
    """A home whose week has its main answers, and the engine's stores beside it, to be copied."""
    folder = tmp_path_factory.mktemp("answered")
    lake = home_of(folder / "home", range(COUNT))
    asked = asking(server, folder, shared_model_dir, lake)
    run(lake, asked, WEEKLY[:2])
    asked.store.close()
    return folder


@pytest.fixture
def answered_lake(answered, tmp_path) -> Lake:
    shutil.copytree(answered, tmp_path, dirs_exist_ok=True)
    return Lake(tmp_path / "home")


def test_a_sample_is_asked_again_and_laid_beside_the_main_answers(server, shared_model_dir, tmp_path, lake):
    asked = asking(server, tmp_path, shared_model_dir, lake)
    before = server.stats()["arrivals"]
    run(lake, asked, WEEKLY)
    rows = lake.read_week(SECOND_ANSWERS, WEEK)
    assert not broken_rules(SECOND_ANSWERS, rows)
    drawn = rows["conversation_id"].nunique()
    assert 0.25 * COUNT < drawn < 0.75 * COUNT
    assert set(rows["sample_share"]) == {0.5}
    assert set(rows["kind"]) == {"redraw", "order", "wording"}
    assert set(rows["main_engine"]) == set(lake.read_week(FACET_SUMMARIES, WEEK)["engine"])
    assert set(rows["facet"]) >= {"is_occupational", "use_case", "collaboration", "task", "iwa", "soc_group"}
    # without errors the planted labels are the same in every wording and order
    facets = rows.loc[rows["facet"].eq("collaboration")]
    assert facets["value"].eq(facets["main_value"]).all()
    is_main, is_wording = [rows["kind"].eq(kind) & rows["facet"].eq("task") for kind in ("redraw", "wording")]
    assert set(rows.loc[is_main, "version"]).isdisjoint(rows.loc[is_wording, "version"])
    work = int(rows.loc[is_main, "conversation_id"].nunique())
    mapped = lake.read_week(ONET_TASK_MAPPINGS, WEEK)
    main = COUNT + mapped.loc[mapped["state"].eq("answered"), "conversation_id"].nunique()
    assert server.stats()["arrivals"] - before == main + 3 * drawn + 3 * work
    run(lake, asked, WEEKLY)
    assert server.stats()["arrivals"] - before == main + 3 * drawn + 3 * work


def test_a_hierarchy_makes_the_week_due_and_the_algorithms_are_compared(
    server, shared_model_dir, tmp_path, answered_lake, built
):
    lake = answered_lake
    asked = asking(server, tmp_path, shared_model_dir, lake)
    run(lake, asked, WEEKLY)
    assert not is_due(lake, SECOND, WEEK)
    lake.write(TASK_HIERARCHY, built, "built")
    assert is_due(lake, SECOND, WEEK)
    assert not is_due(lake, MAPPINGS, WEEK)
    run(lake, asked, WEEKLY)
    rows = lake.read_week(SECOND_ANSWERS, WEEK)
    compared = rows.loc[rows["kind"].eq("algorithm") & rows["facet"].eq("task")]
    assert set(compared["version"].str.contains(built["hierarchy_id"].iloc[0])) == {True}
    # the server leads planted tasks down its own tree; what retrieval did not offer cannot agree
    assert compared["value"].eq(compared["main_value"]).mean() > 0.5


@pytest.mark.parametrize("algorithm", [Algorithm.HIERARCHY, Algorithm.ENSEMBLE])
def test_an_algorithm_is_a_setting_that_stands_in_every_row(algorithm, server, shared_model_dir, tmp_path, lake, built):
    lake.write(TASK_HIERARCHY, built, "built")
    asked = asking(server, tmp_path, shared_model_dir, lake, algorithm=algorithm)
    run(lake, asked, WEEKLY)
    rows = lake.read_week(ONET_TASK_MAPPINGS, WEEK)
    assert not broken_rules(ONET_TASK_MAPPINGS, rows)
    assert set(rows["algorithm"]) == {algorithm.value}
    assert rows["version"].str.contains(built["hierarchy_id"].iloc[0]).all()
    assert rows["level"].eq("task").any()
    kinds = lake.read_week(SECOND_ANSWERS, WEEK)["kind"]
    assert set(kinds) == {"redraw", "order", "wording", "algorithm"}


def test_an_algorithm_without_its_hierarchy_says_what_to_do(server, shared_model_dir, tmp_path, lake):
    asked = asking(server, tmp_path, shared_model_dir, lake, algorithm=Algorithm.HIERARCHY)
    with pytest.raises(HierarchyMissing, match="materialise reference/task_hierarchy"):
        run(lake, asked, WEEKLY)


def test_a_hierarchy_is_built_once(server, shared_model_dir, tmp_path, lake, built):
    lake.write(TASK_HIERARCHY, built, "built")
    asked = asking(server, tmp_path, shared_model_dir, lake)
    before = server.stats()["arrivals"]
    run(lake, asked, [task_hierarchy])
    assert server.stats()["arrivals"] == before
    assert lake.read(TASK_HIERARCHY).equals(built)


def test_the_estimate_counts_what_the_run_then_asks(server, shared_model_dir, tmp_path, lake, built):
    lake.write(TASK_HIERARCHY, built, "built")
    asked = asking(server, tmp_path, shared_model_dir, lake, algorithm=Algorithm.ENSEMBLE)
    run(lake, asked, [cost_estimate])
    expected = lake.read(COST_ESTIMATE).query("way == 'live'").set_index("prompt")["requests"]
    assert set(expected.index) == {"facets", "task", "hierarchy_step", "facets, again", "task, again"}
    before = server.stats()["arrivals"]
    run(lake, asked, WEEKLY)
    assert server.stats()["arrivals"] - before == pytest.approx(expected.sum(), rel=0.25)
    run(lake, asked, [cost_estimate])
    after = lake.read(COST_ESTIMATE).query("way == 'live'").set_index("prompt")["requests"]
    assert after.sum() == 0


def test_a_week_in_which_nobody_was_drawn_has_an_empty_table(server, shared_model_dir, tmp_path, answered_lake):
    lake = answered_lake
    run(lake, asking(server, tmp_path, shared_model_dir, lake, sample_share=1e-9), WEEKLY)
    assert lake.commit_of(SECOND_ANSWERS, WEEK).row_count == 0
    assert not is_due(lake, SECOND, WEEK)


def test_second_answers_that_failed_are_a_warning_and_can_be_asked_again(
    server, shared_model_dir, tmp_path, answered_lake
):
    lake = answered_lake
    asked = asking(server, tmp_path, shared_model_dir, lake)
    server.control(faults={"refusal": 1.0})
    try:
        result = run(lake, asked, WEEKLY[2:])
    finally:
        server.control(faults={})
    (check,) = [each for each in result.get_asset_check_evaluations() if each.check_name == "dead_letters"]
    assert not check.passed
    assert check.metadata["reason_refused"].value > 0
    main = lake.read_week(ONET_TASK_MAPPINGS, WEEK)
    run(lake, asked, WEEKLY[2:], {"ops": {"second_answers": {"config": {"retry": ["refused"]}}}})
    assert set(lake.read_week(SECOND_ANSWERS, WEEK)["state"]) <= {"answered", "unclassified"}
    assert lake.read_week(ONET_TASK_MAPPINGS, WEEK).equals(main)


def test_what_an_asset_came_to_is_all_of_its_rounds(server, shared_model_dir, tmp_path, answered_lake):
    lake = answered_lake
    asked = asking(server, tmp_path, shared_model_dir, lake)
    before = asked.store.spent_micro_usd()
    result = run(lake, asked, WEEKLY[2:])
    (made,) = result.get_asset_materialization_events()
    told = made.materialization.metadata["usd"].value
    assert told == pytest.approx((asked.store.spent_micro_usd() - before) / 1e6, abs=1e-4)  # told to four places


def test_a_rehearsed_tree_leads_no_real_conversation(server, shared_model_dir, tmp_path, lake, built):
    lake.write(TASK_HIERARCHY, built, "built")
    asked = asking(server, tmp_path, shared_model_dir, lake)
    assert asked.hierarchy_rows() is not None
    asked.settings = replace(asked.settings, engine=Engine.CLAUDE)
    assert asked.hierarchy_rows() is None
