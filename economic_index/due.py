"""Which weeks are due, and why: read from the home, never from one reading's metadata.

Nothing is run here; the driver, the sensor and the schedule all ask `due_weeks`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from economic_index.contracts import Table
from economic_index.contracts.drift import VECTOR_SUMMARIES
from economic_index.contracts.hierarchy import SECOND_ANSWERS, TASK_HIERARCHY
from economic_index.contracts.lake import (
    CONVERSATIONS,
    FACET_SUMMARIES,
    FACET_SUMMARIES_REJECTED,
    ONET_TASK_MAPPINGS,
    ONET_TASK_MAPPINGS_REJECTED,
    SEGMENTS,
    TRANSCRIPTS,
)
from economic_index.conversations.weekly import CONVERSATIONS_VERSION, week_fingerprint, weeks_with_winners
from economic_index.lake import FIRST_WEEK, Lake, fingerprint
from economic_index.people.weekly import SEGMENTS_VERSION, users_fingerprint, weights_fingerprint

MAIN_STAGES = 4
"""Of the weekly stages those that figures are made from; a sample that is asked again follows them."""


@dataclass(frozen=True)
class Stage:
    """One weekly step: the tables it commits together, what it reads, and the version of what it does.

    `tables` stand in the order of their commit: the last one is the table whose commit counts.
    """

    tables: tuple[Table, ...]
    inputs: tuple[Table, ...]
    code_version: str
    references: tuple[Table, ...] = ()
    """Unpartitioned tables whose content changes the answers."""
    people: Callable[[Lake, date], str | None] | None = None
    """Hash of what holds of people in a week; None if nothing does."""

    @property
    def table(self) -> Table:
        """The table that the stage is named for."""
        return self.tables[-1]


@dataclass(frozen=True)
class StageVersions:
    """Fingerprints of what would change an answer: readers, heads or prompts, bank, settings."""

    conversations: str
    facet_summaries: str
    onet_task_mappings: str
    second_answers: str | None = None
    """Nothing is asked a second time without."""


def conversations_stage(code_version: str = CONVERSATIONS_VERSION) -> Stage:
    """The step that takes a week's conversations out of the inbox."""
    return Stage((TRANSCRIPTS, CONVERSATIONS), (), code_version, people=weights_fingerprint)


def segments_stage(code_version: str = SEGMENTS_VERSION) -> Stage:
    """The step that gives a week's conversations what is known of their users."""
    return Stage((SEGMENTS,), (CONVERSATIONS,), code_version, people=users_fingerprint)


def weekly_stages(versions: StageVersions, mapping_references: tuple[Table, ...] = ()) -> tuple[Stage, ...]:
    """The weekly steps, in the order in which they run: four, or five where a sample is asked a second time.

    `mapping_references` are reference tables that the task mappings are made from beside the week's own.
    """
    second = versions.second_answers
    stages = (
        conversations_stage(versions.conversations),
        segments_stage(),
        Stage(
            (FACET_SUMMARIES_REJECTED, VECTOR_SUMMARIES, FACET_SUMMARIES),
            (CONVERSATIONS, TRANSCRIPTS),
            versions.facet_summaries,
        ),
        Stage(
            (ONET_TASK_MAPPINGS_REJECTED, ONET_TASK_MAPPINGS),
            (CONVERSATIONS, TRANSCRIPTS, FACET_SUMMARIES),
            versions.onet_task_mappings,
            mapping_references,
        ),
    )
    return stages if second is None else (*stages, _second_answers_stage(second, mapping_references))


def _second_answers_stage(version: str, mapping_references: tuple[Table, ...]) -> Stage:
    references = tuple(dict.fromkeys((*mapping_references, TASK_HIERARCHY)))
    inputs = (CONVERSATIONS, TRANSCRIPTS, FACET_SUMMARIES, ONET_TASK_MAPPINGS)
    return Stage((SECOND_ANSWERS,), inputs, version, references)


def input_fingerprint(lake: Lake, stage: Stage, week: date) -> str:
    """Hash of all that the week of a stage is made from."""
    held = stage.people(lake, week) if stage.people else None
    people = () if held is None else (held,)
    if not stage.inputs:
        return fingerprint(stage.code_version, week_fingerprint(lake, week), *people)
    commits = [lake.commit_of(table, week) for table in stage.inputs]
    commits += [lake.commit_of(table) for table in stage.references]
    return fingerprint(stage.code_version, [commit.rows_hash if commit else None for commit in commits], *people)


def is_due(lake: Lake, stage: Stage, week: date) -> bool:
    """Whether the week's last commit was made from something else, or only half of it was committed."""
    commits = [lake.commit_of(table, week) for table in stage.tables]
    wanted = input_fingerprint(lake, stage, week)
    ids = {commit.commit_id if commit else None for commit in commits}
    return len(ids) > 1 or any(commit is None or commit.input_fingerprint != wanted for commit in commits)


def last_ended_week(as_of: datetime) -> date:
    """Monday of the last week that has ended."""
    today = as_of.date()
    return today - timedelta(days=today.weekday() + 7)


def due_weeks(lake: Lake, stages: tuple[Stage, ...], as_of: datetime) -> list[date]:
    """Weeks that have ended, have or had data, and whose inputs differ from their last commit."""
    known = set(weeks_with_winners(lake)) | set(lake.weeks_of(CONVERSATIONS))
    last = last_ended_week(as_of)
    return sorted(
        week for week in known if FIRST_WEEK <= week <= last and any(is_due(lake, stage, week) for stage in stages)
    )


def waiting_weeks(lake: Lake, as_of: datetime) -> list[date]:
    """Weeks with conversations that have not ended: complete on Monday."""
    return [week for week in weeks_with_winners(lake) if week > last_ended_week(as_of)]
