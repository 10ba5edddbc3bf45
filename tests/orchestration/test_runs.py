"""A run whose process was killed is closed by the next one, and its slot is free again; what a failed run says."""

import os
import subprocess
import sys

import dagster as dg
import pytest

from economic_index.lake import process_exists
from economic_index.llm.files import AnswersAwaited
from orchestration.runs import HOST, RunFailed, RunWaits, close_dead_runs, materialize


def test_processes_are_told_apart() -> None:
    assert process_exists(os.getpid())
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert not process_exists(ended.pid)


def test_only_runs_of_dead_processes_are_closed() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()

    @dg.job
    def nothing() -> None: ...

    with dg.DagsterInstance.ephemeral() as instance:
        runs = {
            name: instance.create_run_for_job(
                nothing, status=dg.DagsterRunStatus.STARTED, tags={"oei/host": HOST, "oei/pid": str(pid)}
            )
            for name, pid in {"dead": ended.pid, "alive": os.getpid()}.items()
        }
        assert close_dead_runs(instance) == 1
        assert instance.get_run_by_id(runs["dead"].run_id).status == dg.DagsterRunStatus.FAILURE
        assert instance.get_run_by_id(runs["alive"].run_id).status == dg.DagsterRunStatus.STARTED


@pytest.mark.parametrize(("error", "kind"), [(AnswersAwaited("3 wait"), RunWaits), (ValueError("no"), RunFailed)])
def test_a_run_that_waits_for_answers_is_told_from_one_that_failed(error: Exception, kind: type[Exception]) -> None:
    @dg.asset
    def table() -> None:
        raise error

    job = dg.Definitions(assets=[table], executor=dg.in_process_executor).resolve_implicit_global_asset_job_def()
    with dg.DagsterInstance.ephemeral() as instance, pytest.raises(RunFailed, match=str(error)) as failed:
        materialize(job, instance, [dg.AssetKey("table")])
    assert type(failed.value) is kind
