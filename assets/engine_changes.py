"""lake/engine_changes: what two engines said of the same week, when one took the other's place; and the check of it.

Written by the steps that replace answers, before they do. Nothing is stopped: a break is marked, and people decide.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import dagster as dg

from assets.table import asset_key, plain_spec
from assets.weeks import WEEKS
from economic_index.contracts.drift import ENGINE_CHANGES
from economic_index.contracts.lake import FACET_SUMMARIES, ONET_TASK_MAPPINGS
from economic_index.drift.engine_changes import LEAST_AGREEMENT, agreement_of_last_change
from economic_index.due import Stage
from economic_index.lake import Lake

CHECK = "agrees_with_the_engine_before"
FEWEST = 15
"""Fewer conversations than this say nothing of an engine."""

engine_changes = dg.AssetsDefinition(
    specs=[
        plain_spec(
            ENGINE_CHANGES,
            "classification",
            deps=[asset_key(FACET_SUMMARIES), asset_key(ONET_TASK_MAPPINGS)],
            partitions_def=WEEKS,
            kinds={"parquet"},
        )
    ]
)


@dataclass(frozen=True)
class EngineChangeCheck:
    """Whether each facet of a step agrees enough with the engine that answered before; it warns, and blocks nothing."""

    facets: tuple[str, ...]
    least_agreement: float = LEAST_AGREEMENT

    def spec(self, stage: Stage) -> dg.AssetCheckSpec:
        """What Dagster shows of it."""
        return dg.AssetCheckSpec(
            CHECK,
            asset=asset_key(stage.table),
            description="Share of conversations on which a changed engine, model, prompt or bank says what was said "
            f"before; warns below {self.least_agreement:g}.",
        )

    def result(self, lake: Lake, stage: Stage, weeks: Sequence[date]) -> dg.AssetCheckResult:
        """Of the weeks together: conversations and agreement by facet, and the facets that fall short."""
        equal, compared = dict.fromkeys(self.facets, 0.0), dict.fromkeys(self.facets, 0)
        for week in weeks:
            for facet, (share, count) in agreement_of_last_change(lake, week, self.facets).items():
                equal[facet] += share * count
                compared[facet] += count
        agreement = {facet: equal[facet] / count for facet, count in compared.items() if count}
        low = [
            facet for facet in agreement if compared[facet] >= FEWEST and agreement[facet] < self.least_agreement - 1e-9
        ]
        metadata: dict[str, float | int | str] = {f"agreement_{facet}": each for facet, each in agreement.items()}
        metadata |= {f"compared_{facet}": compared[facet] for facet in agreement}
        if low:
            metadata["below_the_limit"] = ", ".join(low)
        return dg.AssetCheckResult(
            check_name=CHECK,
            asset_key=asset_key(stage.table),
            passed=not low,
            severity=dg.AssetCheckSeverity.WARN,
            metadata=metadata,
        )

    def numbers(self, lake: Lake, week: date) -> dict[str, float | int]:
        """The same of one week, for its materialisation."""
        found: dict[str, float | int] = {}
        for facet, (share, count) in agreement_of_last_change(lake, week, self.facets).items():
            found |= {f"agreement_with_engine_before_{facet}": share, f"compared_with_engine_before_{facet}": count}
        return found
