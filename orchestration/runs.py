"""Runs in this process against the home's Dagster instance, and the end of runs whose process died.

What to run is the driver's decision.
"""

import os
import socket
from collections.abc import Sequence
from datetime import date
from typing import Any

import dagster as dg

from economic_index.lake import process_exists

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
# Of economic_index/llm/files.py, by its name: that module loads a client which a local run does not need.
AWAITS = "AnswersAwaited"
HOST = socket.gethostname()


class RunFailed(Exception):
    """A run failed; the message names the step and what it said."""


class RunWaits(RunFailed):
    """A run wrote requests for somebody to carry, and goes on when answers are there."""


def close_dead_runs(instance: dg.DagsterInstance) -> int:
    """Close runs of this host whose process ended without reporting, and free their slots (stack: SIGKILL)."""
    mine = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED], tags={"oei/host": HOST})
    dead = [run for run in instance.get_runs(mine) if not process_exists(int(run.tags["oei/pid"]))]
    for run in dead:
        instance.report_run_failed(run, "its process ended without reporting")
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
    return len(dead)


def materialize(
    job: dg.JobDefinition,
    instance: dg.DagsterInstance,
    keys: Sequence[dg.AssetKey],
    *,
    week: date | None = None,
) -> Any:
    """Materialise assets here and now; raises RunFailed with the first failed step, or RunWaits."""
    result = job.execute_in_process(
        instance=instance,
        asset_selection=list(keys),
        partition_key=week.isoformat() if week else None,
        run_config=QUIET,
        tags={"oei/host": HOST, "oei/pid": str(os.getpid())},
        raise_on_error=False,
    )
    if not result.success:
        failed = [event for event in result.all_events if event.is_step_failure]
        if not failed:
            raise RunFailed("The run failed before its first step; see it in the UI (make ui).")
        error = failed[0].step_failure_data.error
        cause = error.cause if error and error.cause else error
        kind = RunWaits if cause and cause.cls_name == AWAITS else RunFailed
        raise kind(f"{failed[0].step_key}: {cause.message.strip() if cause else 'failed'}")
    return result
