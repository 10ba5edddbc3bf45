"""lake/cost_estimate and lake/ledger: what asking a model is going to cost, and what it has cost.

Only where the engine asks a model. Counting and prices are the library's.
"""

from collections.abc import Callable
from datetime import date

import dagster as dg
import pandas as pd

from assets.table import OWNERS, asset_key, column_schema
from economic_index.contracts.lake import CONVERSATIONS, ONET_TASK_MAPPINGS
from economic_index.contracts.money import COST_ESTIMATE, LEDGER
from economic_index.lake import Lake, fingerprint
from economic_index.llm.engine import ModelEngine
from economic_index.llm.estimating import Estimator
from economic_index.llm.ledger import ledger as ledger_of
from economic_index.vocabulary import Way

DueWeeks = Callable[[], tuple[list[date], date]]
"""The weeks that are due, and today."""


@dg.asset(
    key=asset_key(COST_ESTIMATE),
    deps=[asset_key(CONVERSATIONS)],
    group_name="classification",
    kinds={"python", "parquet"},
    owners=OWNERS,
    description=COST_ESTIMATE.grain,
    metadata={"dagster/column_schema": column_schema(COST_ESTIMATE)},
)
def cost_estimate(
    lake: dg.ResourceParam[Lake],
    engine: dg.ResourceParam[ModelEngine],
    due_weeks: dg.ResourceParam[DueWeeks],
) -> dg.MaterializeResult:  # type: ignore[type-arg]  # Dagster reads it
    """Before the run: requests, how many are answered already, and USD by the way of asking."""
    weeks, today = due_weeks()
    rows = Estimator(lake, engine).rows(weeks, today)
    commit = lake.write(COST_ESTIMATE, rows, fingerprint(weeks))
    totals = rows.groupby("way")["usd"].sum()
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": len(rows),
            "weeks_due": len(weeks),
            "requests": int(rows.loc[rows["way"] == Way.LIVE, "requests"].sum()),
            "answered_already": int(rows.loc[rows["way"] == Way.LIVE, "answered_requests"].sum()),
            **{f"usd_{way}": round(float(totals[way]), 4) for way in Way},
            **_budget(engine),
            "estimate": dg.MetadataValue.md(_table(rows)),
        },
        data_version=dg.DataVersion(commit.rows_hash),
    )


@dg.asset(
    key=asset_key(LEDGER),
    deps=[asset_key(ONET_TASK_MAPPINGS)],
    group_name="classification",
    kinds={"python", "parquet"},
    owners=OWNERS,
    description=LEDGER.grain,
    metadata={"dagster/column_schema": column_schema(LEDGER)},
)
def ledger(
    lake: dg.ResourceParam[Lake],
    engine: dg.ResourceParam[ModelEngine],
) -> dg.MaterializeResult:  # type: ignore[type-arg]  # Dagster reads it
    """What everything that was ever asked has cost."""
    rows = ledger_of(engine.store)
    commit = lake.write(LEDGER, rows, fingerprint(len(rows), float(rows["usd"].sum())))
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": len(rows),
            "usd": round(float(rows["usd"].sum()), 4),
            "requests": int(rows["requests"].sum()),
            "tries": int(rows["tries"].sum()),
            **_budget(engine),
            "ledger": dg.MetadataValue.md(_table(_by_prompt(rows))),
        },
        data_version=dg.DataVersion(commit.rows_hash),
    )


def _budget(engine: ModelEngine) -> dict[str, float | str]:
    limit = engine.settings.budget_micro_usd
    spent = round(engine.store.spent_micro_usd() / 1e6, 4)
    return {"usd_spent_in_this_home": spent, "usd_budget_of_this_home": "none" if limit is None else limit / 1e6}


def _by_prompt(rows: pd.DataFrame) -> pd.DataFrame:
    """Weeks together: what a person looks for first."""
    summed = rows.groupby(["prompt", "purpose", "model", "transport"], as_index=False).sum(numeric_only=True)
    return summed[["prompt", "model", "transport", "requests", "tries", "read_tokens", "output_tokens", "usd"]]


def _table(rows: pd.DataFrame) -> str:
    """Rows as a Markdown table, numbers short."""
    head = f"| {' | '.join(rows.columns)} |\n|{' --- |' * len(rows.columns)}"
    lines = [
        "| " + " | ".join(f"{value:,.4g}" if isinstance(value, float) else str(value) for value in row) + " |"
        for row in rows.itertuples(index=False)
    ]
    return "\n".join([head, *lines])
