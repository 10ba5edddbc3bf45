"""Assembly of assets, resources, jobs, schedules and sensors for one home.

Only assembly: what an asset does stands in assets/, what a setting means in settings.py.
"""

import warnings
from typing import Any

import dagster as dg

warnings.filterwarnings("ignore", category=dg.BetaWarning)
warnings.filterwarnings("ignore", category=dg.PreviewWarning)

from assets import (  # noqa: E402
    engine_changes,
    evaluation,
    money,
    people,
    publication,
    raw_logs,
    reference,
    release,
    review,
    rollups,
    task_hierarchy,
)
from assets.conversations import conversations_asset  # noqa: E402
from assets.facet_summaries import facet_summaries_asset  # noqa: E402
from assets.onet_task_mappings import onet_task_mappings_asset  # noqa: E402
from assets.second_answers import second_answers_asset  # noqa: E402
from economic_index.drift.engine_changes import LEAST_AGREEMENT  # noqa: E402
from economic_index.due import Stage  # noqa: E402
from economic_index.lake import Lake  # noqa: E402
from orchestration import resources, triggers  # noqa: E402
from orchestration.rollups_project import dbt_executable, ensure_manifest, project_of  # noqa: E402
from orchestration.settings import Settings, enter  # noqa: E402
from orchestration.stages import stages_of  # noqa: E402


def lake_assets(
    stages: tuple[Stage, ...],
    *,
    asks_a_model: bool = False,
    is_reviewed: bool = False,
    least_agreement: float = LEAST_AGREEMENT,
) -> list[dg.AssetsDefinition]:
    """Everything before dbt: the reference facts, the logs, the weekly assets, what they cost, and review."""
    conversations, segments, facets, mappings, *second = stages
    paid = [money.cost_estimate, money.ledger, task_hierarchy.task_hierarchy] if asks_a_model else []
    return [
        *reference.reference_facts,
        reference.published_releases,
        reference.task_bank,
        reference.onet_statements,
        reference.headcounts,
        reference.engine_errors,
        raw_logs.raw_logs,
        people.users,
        conversations_asset(conversations),
        people.segments_asset(segments),
        facet_summaries_asset(facets, least_agreement),
        onet_task_mappings_asset(mappings, least_agreement),
        engine_changes.engine_changes,
        *map(second_answers_asset, second),
        *paid,
        *(review.REVIEW if is_reviewed else []),
    ]


def lake_resources() -> dict[str, dg.ConfigurableResource[Any]]:
    """What the assets before dbt need."""
    return {
        "lake": resources.LakeResource(),
        "log_reader": resources.LogReaderResource(),
        "people_reader": resources.PeopleReaderResource(),
        "engine": resources.EngineResource(),
        "statement_source": resources.StatementSourceResource(),
        "release_source": resources.ReleaseSourceResource(),
        "progress": resources.ProgressResource(),
        "due_weeks": resources.DueWeeksResource(),
        "review_plan": resources.ReviewPlanResource(),
    }


def build_definitions(settings: Settings, *, with_column_metadata: bool = True) -> dg.Definitions:
    """All definitions for one home; fresh objects on each call."""
    enter(settings)
    lake = Lake(settings.home)
    ensure_manifest(lake)
    project = project_of(lake)
    dbt_models = rollups.rollups_asset(project, with_column_metadata=with_column_metadata)
    marts = [key for key in dbt_models.keys if key.path[0] == "marts"]
    read = [publication.served_asset(sorted(marts)), *publication.figures, publication.report]
    published = [*read, release.internal_long_files, release.long_files]
    measured = [evaluation.label_sets, evaluation.engine_scores]
    before = lake_assets(
        stages_of(settings),
        asks_a_model=settings.model is not None,
        is_reviewed=settings.review is not None,
        least_agreement=settings.least_agreement,
    )
    return dg.Definitions(
        assets=[*before, dbt_models, *published, *measured],
        jobs=triggers.JOBS,
        schedules=triggers.SCHEDULES,
        sensors=triggers.SENSORS,
        resources={
            **lake_resources(),
            "dbt_inputs": resources.DbtInputsResource(),
            "dbt": rollups.InstalledDbt(project_dir=project, dbt_executable=dbt_executable()),
        },
        executor=dg.in_process_executor,
    )
