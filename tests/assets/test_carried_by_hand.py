"""A week whose requests somebody carries: the asset waits for answers, reads them, and has a live run's rows."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "library" / "llm"))
from carried_runs import carry, put, requests_in
from engine_weeks import WEEK, engine, home_of

from assets.facet_summaries import facet_summaries_asset
from assets.onet_task_mappings import onet_task_mappings_asset
from economic_index.contracts.lake import FACET_SUMMARIES, ONET_TASK_MAPPINGS
from economic_index.due import StageVersions, weekly_stages
from economic_index.llm.files import AnswersAwaited
from economic_index.rehearsal.running import RehearsalServer
from economic_index.rehearsal.settings import Behaviour
from economic_index.vocabulary import Transport

COUNT = 12
FACETS, MAPPINGS = weekly_stages(StageVersions("1", "1", "1"))[2:]
ASSETS = [facet_summaries_asset(FACETS), onet_task_mappings_asset(MAPPINGS)]
TABLES = (FACET_SUMMARIES, ONET_TASK_MAPPINGS)


@pytest.fixture
def server(tmp_path):
    with RehearsalServer(Behaviour(), tmp_path / "server", lambda: datetime.now(UTC)) as running:
        yield running


def run(lake, asked, retry=()) -> dg.ExecuteInProcessResult:
    plain = {"lake": lake, "engine": asked, "progress": lambda what, done, of: None}
    with dg.DagsterInstance.ephemeral() as instance:
        return dg.materialize(
            ASSETS,
            instance=instance,
            partition_key=WEEK.isoformat(),
            resources={name: dg.ResourceDefinition.hardcoded_resource(value) for name, value in plain.items()},
            run_config={"ops": {"facet_summaries": {"config": {"retry": list(retry)}}}},
        )


def test_a_week_goes_on_each_time_that_answers_are_brought(server, tmp_path, shared_model_dir):
    lake = home_of(tmp_path / "home", range(COUNT))
    asked = engine(server.url, tmp_path, shared_model_dir, transport=Transport.FILES, sample_share=0.0)
    with pytest.raises(AnswersAwaited, match=f"{COUNT} wait in .*{WEEK}-facets-0001.jsonl"):
        run(lake, asked)
    assert server.stats()["arrivals"] == 0
    assert lake.commit_of(FACET_SUMMARIES, WEEK) is None
    carry(server.url, asked.exchange)
    # the facets are there now, and the tasks lie ready
    with pytest.raises(AnswersAwaited, match=f"{WEEK}-task-0001.jsonl"):
        run(lake, asked)
    assert lake.commit_of(FACET_SUMMARIES, WEEK)
    assert {each["params"]["model"] for each in requests_in(asked.exchange)} == {asked.settings.model}
    carry(server.url, asked.exchange, "tasks.jsonl")
    assert run(lake, asked).success
    assert list(asked.exchange.rglob("*.jsonl")) == []

    live = home_of(tmp_path / "live", range(COUNT))
    (tmp_path / "other").mkdir()
    run(live, engine(server.url, tmp_path / "other", shared_model_dir, sample_share=0.0))
    for table in TABLES:
        assert lake.read_week(table, WEEK).equals(live.read_week(table, WEEK))


def test_what_failed_is_asked_again_and_not_read_again(server, tmp_path, shared_model_dir):
    lake = home_of(tmp_path / "home", range(COUNT))
    asked = engine(server.url, tmp_path, shared_model_dir, transport=Transport.FILES, tolerated=1.0, sample_share=0.0)
    with pytest.raises(AnswersAwaited):
        run(lake, asked)
    server.control(faults={"refusal": 1.0})
    lines = carry(server.url, asked.exchange)
    assert run(lake, asked).success
    assert set(lake.read_week(FACET_SUMMARIES, WEEK)["language_state"]) == {"refused"}
    put(asked.exchange, "again.jsonl", lines)
    with pytest.raises(AnswersAwaited, match=f"0 of {COUNT} requests are answered"):
        run(lake, asked, retry=["refused"])
    server.control(faults={})
    carry(server.url, asked.exchange)
    # the same run: the week as it was written is not due by itself
    with pytest.raises(AnswersAwaited, match=f"{WEEK}-task-0001.jsonl"):
        run(lake, asked, retry=["refused"])
    assert set(lake.read_week(FACET_SUMMARIES, WEEK)["language_state"]) == {"answered"}


def test_requests_that_were_answered_in_another_way_do_not_stay(server, tmp_path, shared_model_dir):
    lake = home_of(tmp_path / "home", range(COUNT))
    asked = engine(server.url, tmp_path, shared_model_dir, transport=Transport.FILES, sample_share=0.0)
    with pytest.raises(AnswersAwaited):
        run(lake, asked)
    assert run(lake, engine(server.url, tmp_path, shared_model_dir, sample_share=0.0)).success
    assert requests_in(asked.exchange) == []
