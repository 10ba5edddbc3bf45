"""Jobs, the Monday schedule, and two sensors: one stats the logs, one asks what is due.

Sensors decide nothing themselves: they ask the home (economic_index/due.py).
"""

from collections.abc import Iterator

import dagster as dg

from economic_index.conversations.sources import load_sources, stat_fingerprint
from economic_index.due import due_weeks
from economic_index.lake import Lake
from orchestration import settings as config
from orchestration.rollup_inputs import rollup_inputs
from orchestration.stages import stages_of

RAW_LOGS_SELECTION = dg.AssetSelection.assets(
    *[dg.AssetKey(["lake", name]) for name in ("raw_logs", "conversations_rejected", "sources")]
)
WEEKLY_SELECTION = dg.AssetSelection.assets(
    *[
        dg.AssetKey(["lake", name])
        for name in (
            "transcripts",
            "conversations",
            "facet_summaries_rejected",
            "facet_summaries",
            "onet_task_mappings_rejected",
            "onet_task_mappings",
        )
    ]
)
ROLLUP_SELECTION = dg.AssetSelection.groups(
    "staging", "intermediate", "marts", "publication"
) | dg.AssetSelection.key_prefixes("marts")

read_logs = dg.define_asset_job("read_logs", RAW_LOGS_SELECTION | dg.AssetSelection.groups("reference"))
classify_week = dg.define_asset_job("classify_week", WEEKLY_SELECTION)
publish = dg.define_asset_job("publish", ROLLUP_SELECTION)
JOBS = [read_logs, classify_week, publish]


@dg.schedule(job=read_logs, cron_schedule="0 6 * * 1", execution_timezone="UTC")
def monday_reading(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Read the logs on Monday at 06:00 UTC; the weeks that are then due follow by `weeks_due`."""
    return dg.RunRequest()


@dg.sensor(job=read_logs, minimum_interval_seconds=60)
def new_logs(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Ask for a reading when the files of the sources changed; only looks at their size and date."""
    settings = config.load_settings()
    if not settings.sources_path.exists():
        yield dg.SkipReason(f"No sources yet: {settings.sources_path.name} does not exist.")
        return
    yield dg.RunRequest(run_key=stat_fingerprint(load_sources(settings.sources_path)))


@dg.sensor(jobs=[classify_week, publish], minimum_interval_seconds=60)
def weeks_due(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Ask for just the weeks that are due; when none is, for the rollups if their inputs changed."""
    settings = config.load_settings()
    lake = Lake(settings.home)
    stages = stages_of(settings)
    due = due_weeks(lake, stages, config.now())
    inputs = rollup_inputs(lake)
    for week in due:
        key = week.isoformat()
        yield dg.RunRequest(run_key=f"{key}-{inputs}", job_name="classify_week", partition_key=key)
    if not due and inputs != lake.served_inputs():
        yield dg.RunRequest(run_key=inputs, job_name="publish")
    elif not due:
        yield dg.SkipReason("Every week that has ended is classified, and the served figures are current.")


SCHEDULES = [monday_reading]
SENSORS = [new_logs, weeks_due]
