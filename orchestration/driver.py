"""What the Make targets run: the whole graph, in one process, with progress, doing nothing twice.

What is due is asked of the home; what an asset does stands in assets/.
"""

import shutil
import time
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import date
from typing import Any

import dagster as dg

from assets.publication import SERVED
from economic_index.assign.sample import wants_hierarchy
from economic_index.contracts.hierarchy import TASK_HIERARCHY
from economic_index.contracts.lake import CONVERSATIONS, FACET_SUMMARIES, SEGMENTS, USERS_REJECTED
from economic_index.contracts.review_items import REVIEW_DRAWS, REVIEW_ITEMS
from economic_index.conversations.weekly import winner_counts
from economic_index.due import MAIN_STAGES, Stage, due_weeks, is_due, waiting_weeks
from economic_index.lake import Lake
from economic_index.local.kernel import choose_kernel, describe
from economic_index.people.reading import sentences
from economic_index.publish.headlines import headlines
from economic_index.publish.report_note import is_report_current
from economic_index.publish.served import ServedMarts
from economic_index.review.desk import ReviewDesk
from economic_index.vocabulary import Algorithm, Engine
from orchestration.assembly import build_definitions
from orchestration.model_settings import ModelSettings
from orchestration.progress import DbtLines, Progress
from orchestration.resources import PROGRESS
from orchestration.rollup_inputs import rollup_inputs
from orchestration.runs import RunFailed, RunWaits, close_dead_runs, materialize
from orchestration.settings import PROJECT, Settings, now
from orchestration.stages import stages_of
from orchestration.triggers import READ_ONCE

HIERARCHY = dg.AssetKey(TASK_HIERARCHY.key())


@dataclass
class Driver:
    """One run over one home."""

    settings: Settings
    progress: Progress
    is_demonstration: bool = False

    def run(self) -> None:
        """Read what is new, classify the weeks that are due, roll up, publish; then say the headlines."""
        started = time.monotonic()
        prepare_dagster(self.settings)
        with PROGRESS, dg.DagsterInstance.get() as instance:
            PROGRESS.stage("Loading the asset graph")
            if closed := close_dead_runs(instance):
                PROGRESS.note(f"Closed {closed} run(s) whose process had ended; going on from what they left.")
            definitions = build_definitions(self.settings, with_column_metadata=False)
            job = definitions.resolve_implicit_global_asset_job_def()
            lake = Lake(self.settings.home)
            keys = job.asset_layer.executable_asset_keys
            PROGRESS.stage("Reading reference facts and logs")
            first = [key for key in keys if key.path[0] == "reference" and key != HIERARCHY]
            materialize(job, instance, [*first, *READ_ONCE])
            for sentence in sentences(lake.read(USERS_REJECTED).to_dict("records")):
                PROGRESS.note(sentence)
            classified = self._weeks(job, instance, lake)
            self._draw_for_review(job, instance, lake)
            if self.is_demonstration:
                count = ReviewDesk(lake).take_test_set()
                PROGRESS.note(
                    f"Labels of the test set beside the engine's: {count:,} (by a language model, docs/labels.md)."
                )
            published = self._publish(job, instance, lake, [key for key in keys if _is_rollup(key)])
        self._summary(lake, classified, published, time.monotonic() - started)

    def _weeks(self, job: dg.JobDefinition, instance: dg.DagsterInstance, lake: Lake) -> int:
        stages, model = stages_of(self.settings), self.settings.model
        due = due_weeks(lake, stages, now())
        if due and self.settings.engine is Engine.LOCAL:
            PROGRESS.note(describe(choose_kernel()))
        if due and model is not None:
            self._estimate(job, instance, stages, due)
        if due and model is not None and model.algorithm is not Algorithm.CHOICE:
            self._build_hierarchy(job, instance)
        self._classify(job, instance, lake, stages[:MAIN_STAGES], due)
        if model is not None:
            if second := stages[MAIN_STAGES:]:
                self._ask_again(job, instance, lake, second, model)
            spent = _metadata(materialize(job, instance, _keys("ledger")))
            PROGRESS.note(f"Spent in this home: {spent['usd']:.4f} USD for {spent['requests']:,} requests.")
        return len(due)

    def _estimate(
        self, job: dg.JobDefinition, instance: dg.DagsterInstance, stages: Sequence[Stage], due: Sequence[date]
    ) -> None:
        """First the conversations alone are taken into their weeks: an estimate counts them."""
        PROGRESS.stage("Taking conversations into their weeks")
        for week in due:
            materialize(job, instance, weekly_keys(stages[:1]), week=week)
        self._say_cost(materialize(job, instance, _keys("cost_estimate")))

    def _classify(
        self,
        job: dg.JobDefinition,
        instance: dg.DagsterInstance,
        lake: Lake,
        stages: Sequence[Stage],
        due: Sequence[date],
    ) -> None:
        counts = winner_counts(lake)
        PROGRESS.stage("Classifying conversations", sum(counts.get(week, 0) for week in due))
        waiting: list[RunWaits] = []
        for number, week in enumerate(due, start=1):
            try:
                materialize(job, instance, weekly_keys(steps_of_week(lake, stages, week)), week=week)
            except RunWaits as error:  # the other weeks' requests are to be carried together with these
                PROGRESS.note(f"Week {week} waits: its requests are written.")
                waiting.append(error)
                continue
            PROGRESS.advance(counts.get(week, 0))
            PROGRESS.note(f"Week {week} done: {counts.get(week, 0):,} conversations ({number} of {len(due)} weeks)")
            left = [stage.table.name for stage in stages if is_due(lake, stage, week)]
            if left:
                raise RuntimeError(f"Week {week}: {', '.join(left)} broke its contract; see its checks (make ui).")
        if waiting:
            raise RunWaits(f"{len(waiting)} of {len(due)} weeks wait for answers. The first: {waiting[0]}")

    def _build_hierarchy(self, job: dg.JobDefinition, instance: dg.DagsterInstance) -> None:
        PROGRESS.stage("Building the task hierarchy, once a home")
        materialize(job, instance, [HIERARCHY])

    def _ask_again(
        self,
        job: dg.JobDefinition,
        instance: dg.DagsterInstance,
        lake: Lake,
        second: Sequence[Stage],
        model: ModelSettings,
    ) -> None:
        """The sample comes last, and what stops it does not keep the index from being published."""
        weeks = lake.weeks_of(CONVERSATIONS)
        try:
            is_due_at_all = any(is_due(lake, stage, week) for stage in second for week in weeks)
            if is_due_at_all and wants_hierarchy(model.algorithm, model.sample_share, lake.count_rows(CONVERSATIONS)):
                self._build_hierarchy(job, instance)
            due = [week for week in weeks if any(is_due(lake, stage, week) for stage in second)]
            PROGRESS.stage("Asking a sample again", len(due))
            for week in due:
                try:
                    materialize(job, instance, weekly_keys(second), week=week)
                except RunWaits as error:
                    PROGRESS.note(f"The sample of week {week} waits to be carried: {error}")
                PROGRESS.advance(1)
        except RunFailed as error:
            PROGRESS.note(f"The sample was not asked again as a whole: {error} The next run goes on with it.")

    def _draw_for_review(self, job: dg.JobDefinition, instance: dg.DagsterInstance, lake: Lake) -> None:
        """Each classified week once, where review is switched on."""
        if self.settings.review is None:
            return
        plan, drawn = self.settings.review.plan, set(lake.read(REVIEW_DRAWS)["draw_id"])
        weeks = [week for week in lake.weeks_of(FACET_SUMMARIES) if plan.draw_id(week) not in drawn]
        for week in weeks:
            materialize(job, instance, _keys("review_draws", "review_items"), week=week)
        if weeks:
            PROGRESS.note(f"Drawn for review: {len(lake.read(REVIEW_ITEMS)):,} conversations (docs/reviewing.md).")

    def _say_cost(self, result: dg.ExecuteInProcessResult) -> None:
        told = _metadata(result)
        PROGRESS.note(
            f"To ask: {told['requests']:,} requests, {told['answered_already']:,} are answered already. Estimate: "
            f"{told['usd_live_cached']:.4f} USD live, {told['usd_batch_cached']:.4f} USD in batches, cached; spent so "
            f"far {told['usd_spent_in_this_home']:.4f} USD, budget {told['usd_budget_of_this_home']} USD."
        )

    def _publish(
        self, job: dg.JobDefinition, instance: dg.DagsterInstance, lake: Lake, keys: list[dg.AssetKey]
    ) -> bool:
        if rollup_inputs(lake) != lake.served_inputs():
            PROGRESS.stage("Rolling up with dbt, and writing the report")
            with redirect_stdout(DbtLines(PROGRESS)):
                materialize(job, instance, keys)
            return True
        if not is_report_current(lake):  # killed after the switch, or the page is now written in another way
            PROGRESS.stage("Writing the report")
            materialize(job, instance, [key for key in keys if key.path[0] == "publication" and key != SERVED])
            return True
        return False

    def _summary(self, lake: Lake, classified: int, published: bool, seconds: float) -> None:
        if not classified and not published:
            PROGRESS.note("Nothing was done twice: no log, model, bank or setting has changed since the last run.")
        if waiting := waiting_weeks(lake, now()):
            PROGRESS.note(f"Week {waiting[0]} has not ended: its conversations enter when it is complete.")
        for line in headlines(ServedMarts.of(lake)):
            PROGRESS.note(line)
        PROGRESS.note(f"Report: {lake.report_path}  ({seconds:.0f} s)")


def steps_of_week(lake: Lake, stages: Sequence[Stage], week: date) -> list[Stage]:
    """All of a week's steps, or only its segments where only the users table has changed: no engine is needed."""
    due = [stage for stage in stages if is_due(lake, stage, week)]
    return due if [stage.table for stage in due] == [SEGMENTS] else list(stages)


def weekly_keys(stages: Sequence[Stage]) -> list[dg.AssetKey]:
    """What is made of each week."""
    return [dg.AssetKey(table.key()) for stage in stages for table in stage.tables]


def _keys(*names: str) -> list[dg.AssetKey]:
    return [dg.AssetKey(["lake", name]) for name in names]


def _metadata(result: dg.ExecuteInProcessResult) -> dict[str, Any]:
    (event,) = result.get_asset_materialization_events()
    return {name: value.value for name, value in event.materialization.metadata.items()}


def _is_rollup(key: dg.AssetKey) -> bool:
    return key.path[0] not in {"lake", "reference", "release", "evaluation"}


def prepare_dagster(settings: Settings) -> None:
    """DAGSTER_HOME with the project's dagster.yaml in it."""
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(PROJECT / "dagster.yaml", settings.dagster_home / "dagster.yaml")


def weeks_text(weeks: list[date]) -> str:
    """First and last of some weeks."""
    return f"{weeks[0]} to {weeks[-1]} ({len(weeks)})" if weeks else "none"
