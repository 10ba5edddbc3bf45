"""What queued and running runs are at work on, so that a sensor asks for nothing twice.

Nothing is asked for here.
"""

from collections.abc import Iterable

import dagster as dg

from assets.weeks import WEEKS

# NOT_STARTED is left out: a run is in it only until it is queued, or for good
ACTIVE = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def active_runs(instance: dg.DagsterInstance) -> list[dg.DagsterRun]:
    """Runs that are queued or running."""
    return list(instance.get_runs(dg.RunsFilter(statuses=ACTIVE)))


def weeks_at_work(runs: Iterable[dg.DagsterRun]) -> set[str]:
    """Partition keys of the weeks of these runs: of one week, or of a backfill's range."""
    weeks: set[str] = set()
    for run in runs:
        week = run.tags.get("dagster/partition")
        first = run.tags.get("dagster/asset_partition_range_start", week)
        last = run.tags.get("dagster/asset_partition_range_end", week)
        if first and last:
            weeks.update(WEEKS.get_partition_keys_in_range(dg.PartitionKeyRange(first, last)))
    return weeks


def is_at_work(runs: Iterable[dg.DagsterRun], job_name: str, key: dg.AssetKey) -> bool:
    """Whether one of these is a run of the job, or makes the asset without it (the command line, the UI)."""
    return any(run.job_name == job_name or key in (run.asset_selection or ()) for run in runs)
