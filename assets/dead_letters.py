"""Dead letters of a weekly asset: the check that shows them, and which of them a run config asks for again.

What a dead letter is, the engines say; nothing is retried by itself.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

import dagster as dg

from economic_index.classifier import Classifier
from economic_index.contracts import Table
from economic_index.contracts.lake import CONVERSATIONS
from economic_index.due import Stage
from economic_index.lake import Lake
from economic_index.vocabulary import DeadLetterReason, State

CHECK = "dead_letters"
CONFIG = {
    "retry": dg.Field(
        dg.Array(dg.Enum("DeadLetterReason", [dg.EnumValue(reason.value) for reason in DeadLetterReason])),
        default_value=[],
        is_required=False,
        description="Dead letters of these reasons are asked again, in the weeks of this run.",
    )
}


def letters_of(stage: Stage) -> Table | None:
    """The table of dead letters that a stage commits beside its own, if it has one."""
    return next((table for table in stage.tables[:-1] if table.name == f"{stage.table.name}_rejected"), None)


def can_fail(stage: Stage) -> bool:
    """Whether the stage asks something that may have no answer."""
    return letters_of(stage) is not None or "state" in stage.table.schema.columns


def reasons_in(lake: Lake, stage: Stage, week: date) -> list[str]:
    """Why there is no answer, once for each: of the dead letters, or of the table's own rows if it has none."""
    if (letters := letters_of(stage)) is not None:
        return [str(reason) for reason in lake.read_week(letters, week)["reason"]]
    known = {reason.value for reason in DeadLetterReason}
    return [str(state) for state in lake.read_week(stage.table, week)["state"] if state in known]


def dead_letter_check(stage: Stage) -> list[dg.AssetCheckSpec]:
    """The check of a stage that has dead letters; it warns, and blocks nothing."""
    if not can_fail(stage):
        return []
    return [
        dg.AssetCheckSpec(
            CHECK,
            asset=dg.AssetKey(stage.table.key()),
            description="Conversations that the engine gave no answer for, by reason; how to ask again.",
        )
    ]


def check_dead_letters(lake: Lake, stage: Stage, weeks: Sequence[date]) -> list[dg.AssetCheckResult]:
    """Counts by reason, and the run config that asks again."""
    if not can_fail(stage):
        return []
    counts: Counter[str] = Counter()
    for week in weeks:
        counts.update(reasons_in(lake, stage, week))
    metadata: dict[str, Any] = {"dead_letters": counts.total(), **{f"reason_{name}": n for name, n in counts.items()}}
    if counts:
        reasons = ", ".join(sorted(counts))
        # on one line: a check shows text as it is, and Markdown only behind a link
        metadata["to_ask_again"] = (
            "Job classify_week, the same partition, and in the launchpad: "
            f"ops: {{{stage.table.name}: {{config: {{retry: [{reasons}]}}}}}}"
        )
    return [
        dg.AssetCheckResult(
            check_name=CHECK,
            asset_key=dg.AssetKey(stage.table.key()),
            passed=not counts,
            severity=dg.AssetCheckSeverity.WARN,
            metadata=metadata,
        )
    ]


def forget_failures(
    lake: Lake, stage: Stage, weeks: Sequence[date], reasons: Collection[str], engine: Classifier
) -> set[date]:
    """Weeks with failures of these reasons; the engine forgets that their requests were made."""
    if not can_fail(stage) or not reasons:
        return set()
    again: set[date] = set()
    for week in weeks:
        # of the whole week: one with too many failures was never written, and has no dead letters yet
        contents = lake.read_week(CONVERSATIONS, week)["content_hash"].tolist()
        forgotten = engine.retry(stage.table.name, {State(reason) for reason in reasons}, contents)
        if forgotten or set(reasons_in(lake, stage, week)) & set(reasons):
            again.add(week)
    return again
