"""reference/task_hierarchy: kinds of work above the statements, built once by the model, and a page to read it.

Only where the engine asks a model. How it is built is the library's.
"""

from collections.abc import Callable
from datetime import timedelta

import dagster as dg
import pandas as pd

from assets.table import OWNERS, asset_key, column_schema, contract_check
from assets.watching import RunWatch
from economic_index.contracts import broken_rules
from economic_index.contracts.hierarchy import TASK_HIERARCHY
from economic_index.contracts.reference import BANK_TASKS, ONET_STATEMENTS
from economic_index.facets.prompts import HIERARCHY_BUILD
from economic_index.lake import Lake, fingerprint
from economic_index.llm.engine import ModelEngine
from economic_index.publish.hierarchy_page import build_hierarchy_page

KEY = asset_key(TASK_HIERARCHY)
FALLBACKS = "fallbacks"


@dg.asset(
    key=KEY,
    deps=[asset_key(ONET_STATEMENTS), asset_key(BANK_TASKS)],
    group_name="classification",
    kinds={"python", "parquet"},
    owners=OWNERS,
    description=TASK_HIERARCHY.grain,
    metadata={"dagster/column_schema": column_schema(TASK_HIERARCHY)},
    config_schema={
        "build_again": dg.Field(
            bool,
            default_value=False,
            is_required=False,
            description="Build it although there is one: requests that failed are asked again.",
        )
    },
    check_specs=[
        contract_check(TASK_HIERARCHY),
        dg.AssetCheckSpec(
            FALLBACKS, asset=KEY, description="Requests of building without an answer: nearness stands in for them."
        ),
    ],
)
def task_hierarchy(
    context: dg.AssetExecutionContext,
    lake: dg.ResourceParam[Lake],
    engine: dg.ResourceParam[ModelEngine],
    progress: dg.ResourceParam[Callable[[str, int, int], None]],
) -> dg.MaterializeResult:  # type: ignore[type-arg]  # Dagster reads it
    """Built over these sentences if it was not: it takes about one request a sentence."""
    rows = engine.hierarchy_rows()
    rules: list[str] = []
    if rows is None or context.op_execution_context.op_config["build_again"]:
        engine.forget_failed_building()
        today = engine.now().date()
        watch = RunWatch(context, KEY, is_weekly=False)(today - timedelta(days=today.weekday()))
        rows = engine.build_hierarchy(lambda done, of: progress("hierarchy built", done, of), watch)
        known = lake.read(TASK_HIERARCHY)
        same = ["engine", "kind", "onet_version"]
        is_kept = known[same].ne(rows[same].iloc[0]).any(axis=1)
        table = pd.concat([known.loc[is_kept], rows], ignore_index=True)
        if not (rules := broken_rules(TASK_HIERARCHY, table)):
            lake.write(TASK_HIERARCHY, table, fingerprint(rows["hierarchy_id"].iloc[0], len(table)))
    commit = lake.commit_of(TASK_HIERARCHY)
    page = lake.write_hierarchy_page(build_hierarchy_page(rows, dict(engine.sentences())))
    failed = engine.store.failures_of(HIERARCHY_BUILD)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": len(rows),
            "hierarchy_id": str(rows["hierarchy_id"].iloc[0]),
            "built_by": f"{rows['engine'].iloc[0]}: {rows['model'].iloc[0]}",
            **{f"nodes_at_level_{level}": int(count) for level, count in rows["level"].value_counts().items()},
            "page": dg.MetadataValue.path(page),
            "top": dg.MetadataValue.md(_top(rows)),
        },
        data_version=dg.DataVersion(commit.rows_hash if commit else "none"),
        check_results=[
            dg.AssetCheckResult(
                check_name="contract", asset_key=KEY, passed=not rules, metadata={"broken": rules[:20]}
            ),
            dg.AssetCheckResult(
                check_name=FALLBACKS,
                asset_key=KEY,
                passed=not failed,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"requests_without_answer": failed.total(), **failed},
            ),
        ],
    )


def _top(rows: pd.DataFrame) -> str:
    """The kinds of work at the top, as a Markdown table."""
    top = rows.loc[rows["level"].eq(1)].sort_values("leaf_count", ascending=False)
    lines = [f"| {row.name_} | {row.leaf_count} |" for row in top.rename(columns={"name": "name_"}).itertuples()]
    return "\n".join(["| kind of work | statements |", "| --- | --- |", *lines])
