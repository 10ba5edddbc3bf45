"""Jobs, the Monday schedule, and two sensors: one stats the logs, one asks what is due.

Sensors decide nothing themselves: they ask the home (economic_index/due.py). All are off until a person
switches them on (docs/scheduling.md): opening the UI on the demonstration starts no run.
"""

from collections.abc import Iterator, Sequence
from datetime import date

import dagster as dg

from assets import raw_logs
from assets.publication import REPORT, SERVED
from assets.table import WEEKLY_STEP, asset_key
from economic_index.conversations.source_fingerprints import stat_fingerprint
from economic_index.conversations.sources_toml import load_sources
from economic_index.due import MAIN_STAGES, Stage, due_weeks, input_fingerprint
from economic_index.lake import Lake, fingerprint
from economic_index.people.declared import load_people
from economic_index.people.reading import TABLES as PEOPLE_TABLES
from economic_index.publish.report_note import is_report_current, publish_version
from orchestration import settings as config
from orchestration.active_runs import active_runs, is_at_work, weeks_at_work
from orchestration.rollup_inputs import rollup_inputs
from orchestration.runs import close_dead_runs
from orchestration.stages import stages_of

RAW_LOGS = dg.AssetKey(["lake", "raw_logs"])
READ_ONCE = [asset_key(table) for table in (*raw_logs.TABLES, *PEOPLE_TABLES)]
"""What a reading makes, before any week."""
WEEKLY_SELECTION = dg.AssetSelection.tag(*WEEKLY_STEP)
ROLLUP_SELECTION = dg.AssetSelection.groups(
    "staging", "intermediate", "marts", "publication"
) | dg.AssetSelection.key_prefixes("marts")

READING = dg.AssetSelection.assets(*READ_ONCE) | dg.AssetSelection.groups("reference")
read_logs = dg.define_asset_job("read_logs", READING)
classify_week = dg.define_asset_job("classify_week", WEEKLY_SELECTION)
publish = dg.define_asset_job("publish", ROLLUP_SELECTION)
write_report = dg.define_asset_job(
    "write_report", dg.AssetSelection.groups("publication") - dg.AssetSelection.assets(SERVED)
)
JOBS = [read_logs, classify_week, publish, write_report]


@dg.schedule(job=read_logs, cron_schedule="0 6 * * 1", execution_timezone="UTC")
def monday_reading(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Read the logs on Monday at 06:00 UTC; the weeks that are then due follow by `weeks_due`."""
    return dg.RunRequest()


@dg.sensor(job=read_logs, minimum_interval_seconds=60)
def new_logs(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Ask for a reading when a file or a setting of the sources changed; of files only size and date are looked at."""
    settings = config.load_settings()
    path, opt_out_path = settings.sources_path, settings.opt_out_path
    if not path.exists():
        yield dg.SkipReason(f"No sources yet: {path.name} does not exist.")
        return
    opted_out = opt_out_path.stat().st_mtime_ns if opt_out_path.exists() else 0
    found = stat_fingerprint(load_sources(path), config.pseudonym_key(settings), load_people(path).files)
    yield dg.RunRequest(run_key=fingerprint(found, opted_out))


@dg.sensor(jobs=[classify_week, publish, write_report], minimum_interval_seconds=60)
def weeks_due(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Ask for just the weeks that are due; when none is, for what is published, if that is out of date."""
    close_dead_runs(context.instance)
    runs = active_runs(context.instance)  # before the home is asked: a run that ends meanwhile is only late
    if is_at_work(runs, read_logs.name, RAW_LOGS):
        yield dg.SkipReason("The logs are being read: the weeks follow when that run has ended.")
        return
    settings = config.load_settings()
    lake, stages = Lake(settings.home), stages_of(settings)
    due = due_weeks(lake, stages, config.now())
    at_work = weeks_at_work(runs)
    free = [week for week in due if week.isoformat() not in at_work]
    for week in free:
        key = _state_of_week(lake, stages, week)
        yield dg.RunRequest(run_key=key, job_name=classify_week.name, partition_key=week.isoformat())
    if not at_work and not due_weeks(
        lake, stages[:MAIN_STAGES], config.now()
    ):  # a sample that cannot be asked again keeps nothing from being published
        yield _publication(lake, runs)
    elif due and not free:
        yield dg.SkipReason(f"{len(due)} weeks are due, and in runs that are queued or running.")


def _state_of_week(lake: Lake, stages: Sequence[Stage], week: date) -> str:
    """A week is asked for once in each state: again if its inputs change, or if a run ended on the way."""
    commits = [lake.commit_of(table, week) for stage in stages for table in stage.tables]
    inputs = [input_fingerprint(lake, stage, week) for stage in stages]
    return f"{week}-{fingerprint(inputs, [commit.commit_id if commit else None for commit in commits])}"


def _publication(lake: Lake, runs: Sequence[dg.DagsterRun]) -> dg.RunRequest | dg.SkipReason:
    if is_at_work(runs, publish.name, SERVED) or is_at_work(runs, write_report.name, REPORT):
        return dg.SkipReason("What is published is being made.")
    folder, inputs = lake.served_tables(), rollup_inputs(lake)
    build = folder.name if folder else None
    if inputs != lake.served_inputs():
        return dg.RunRequest(run_key=f"{inputs}-{build}", job_name=publish.name)
    if not is_report_current(lake):
        return dg.RunRequest(run_key=f"report-{build}-{publish_version()}", job_name=write_report.name)
    return dg.SkipReason("Every week that has ended is classified, and what is published is current.")


SCHEDULES = [monday_reading]
SENSORS = [new_logs, weeks_due]
