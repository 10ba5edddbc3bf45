"""A run whose process was killed is closed by the next one, and its slot is free again."""

import os
import subprocess
import sys

import dagster as dg

from economic_index.lake import process_exists
from orchestration.runs import HOST, close_dead_runs


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
