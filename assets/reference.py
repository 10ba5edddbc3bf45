"""Facts of O*NET, SOC, BLS and the published index, the task bank, and the fetched statements.

Facts are built by economic_index/taxonomy; here they are only put where dbt and the engines read them.
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import pandas as pd

from assets.table import OWNERS, asset_key, column_schema, contract_check
from economic_index.contracts import Table, broken_rules
from economic_index.contracts.evaluation import EVALUATED_ERRORS
from economic_index.contracts.reference import (
    BANK_LINKS,
    BANK_TASKS,
    FACT_TABLES,
    HEADCOUNTS,
    ONET_STATEMENTS,
    PUBLISHED_CELLS,
    PUBLISHED_CELLS_REJECTED,
    PUBLISHED_NAMES,
)
from economic_index.contracts.reviews import ENGINE_ERRORS
from economic_index.evaluate.engine_errors import as_csv, committed_errors, merged
from economic_index.lake import Lake, fingerprint
from economic_index.local import bank
from economic_index.releases.files import ReleaseSource
from economic_index.releases.imported import import_files
from economic_index.releases.imported import merged as merged_cells
from economic_index.taxonomy import facts
from economic_index.taxonomy.headcount import BadHeadcount, read_headcount
from economic_index.taxonomy.source_files import sha256_of
from economic_index.taxonomy.statements import StatementSource, StatementsUnavailable


def _write(lake: Lake, table: Table, rows: pd.DataFrame, origin: dict[str, str]) -> dg.MaterializeResult[Any]:
    """Write a reference table if it changed, and say what it is made of."""
    commit = lake.commit_of(table)
    rules = broken_rules(table, rows)
    inputs = fingerprint(origin, len(rows))
    if not rules and (commit is None or commit.input_fingerprint != inputs):
        commit = lake.write(table, rows, inputs)
    return dg.MaterializeResult(
        asset_key=asset_key(table),
        metadata={"dagster/row_count": len(rows), **origin},
        data_version=dg.DataVersion(commit.rows_hash if commit else "none"),
        check_results=[
            dg.AssetCheckResult(
                check_name="contract",
                asset_key=asset_key(table),
                passed=not rules,
                metadata={"broken": rules[:20]},
            )
        ],
    )


def _fact_asset(table: Table) -> dg.AssetsDefinition:
    entry = facts.facts_manifest()[table.name]

    @dg.asset(
        key=asset_key(table),
        group_name="reference",
        kinds={"python", "parquet"},
        owners=OWNERS,
        description=table.grain,
        code_version=entry.sha256[:16],
        check_specs=[contract_check(table)],
        metadata={"dagster/column_schema": column_schema(table)},
    )
    def fact(lake: dg.ResourceParam[Lake]) -> dg.MaterializeResult:  # type: ignore[type-arg]  # Dagster reads it
        return _write(lake, table, facts.load(table.name), entry.origin())

    return fact


reference_facts = [_fact_asset(table) for table in FACT_TABLES if table is not PUBLISHED_CELLS]
IMPORTED = (PUBLISHED_CELLS, PUBLISHED_NAMES, PUBLISHED_CELLS_REJECTED)


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            asset_key(table),
            group_name="reference",
            kinds={"python", "parquet"},
            owners=OWNERS,
            description=table.grain,
            code_version=facts.facts_manifest()[PUBLISHED_CELLS.name].sha256[:16],
            metadata={"dagster/column_schema": column_schema(table)},
        )
        for table in IMPORTED
    ],
    check_specs=[contract_check(table) for table in IMPORTED],
)
def published_releases(
    context: dg.AssetExecutionContext, lake: dg.ResourceParam[Lake], release_source: dg.ResourceParam[ReleaseSource]
) -> Iterator[Any]:
    """The shipped cells of the published index, and those of long files that are at hand or were asked for."""
    files, missing = release_source.files()
    for sentence in missing:
        context.log.warning(f"{sentence} Going on without it.")
    found = import_files(files)
    origin = facts.facts_manifest()[PUBLISHED_CELLS.name].origin() | {file.path.name: file.sha256 for file in files}
    origin |= {"imported": ", ".join(file.source for file in files) or "no file: shipped cells alone"}
    yield _write(lake, PUBLISHED_CELLS, merged_cells(facts.load(PUBLISHED_CELLS.name), found.cells), origin)
    yield _write(lake, PUBLISHED_NAMES, found.names, origin)
    yield _write(lake, PUBLISHED_CELLS_REJECTED, found.rejected, origin)


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            asset_key(table),
            deps=[dg.AssetKey(["reference", "onet_tasks"])],
            group_name="reference",
            kinds={"python", "parquet"},
            owners=OWNERS,
            description=table.grain,
            code_version=bank.bank_version(),
            metadata={"dagster/column_schema": column_schema(table)},
        )
        for table in (BANK_TASKS, BANK_LINKS)
    ],
    check_specs=[contract_check(table) for table in (BANK_TASKS, BANK_LINKS)],
)
def task_bank(lake: dg.ResourceParam[Lake]) -> Iterator[Any]:
    """The project's own work tasks, tied to the O*NET statements that they stand for."""
    origin = {"source": "written for this project", "licence": "Apache-2.0", "version": bank.bank_version()}
    yield _write(lake, BANK_TASKS, bank.tasks_frame(), origin)
    yield _write(lake, BANK_LINKS, bank.links_frame(facts.load("onet_tasks")), origin)


@dg.asset(
    key=asset_key(ENGINE_ERRORS),
    deps=[asset_key(EVALUATED_ERRORS)],
    group_name="reference",
    kinds={"python", "parquet"},
    owners=OWNERS,
    description=ENGINE_ERRORS.grain,
    check_specs=[contract_check(ENGINE_ERRORS)],
    metadata={"dagster/column_schema": column_schema(ENGINE_ERRORS)},
)
def engine_errors(lake: dg.ResourceParam[Lake]) -> dg.MaterializeResult:  # type: ignore[type-arg]  # Dagster reads it
    """The error rates of the local engine that is here, and of every engine that was evaluated in this home."""
    evaluated = lake.read(EVALUATED_ERRORS)
    rows = merged(committed_errors(), evaluated)
    origin = {"source": "measured on the test set of docs/labels.md", "sha256": fingerprint(as_csv(rows))}
    return _write(lake, ENGINE_ERRORS, rows, origin)


@dg.asset(
    key=asset_key(ONET_STATEMENTS),
    deps=[dg.AssetKey(["reference", "onet_tasks"])],
    group_name="reference",
    kinds={"python", "parquet"},
    owners=OWNERS,
    description=ONET_STATEMENTS.grain,
    check_specs=[contract_check(ONET_STATEMENTS)],
    metadata={"dagster/column_schema": column_schema(ONET_STATEMENTS)},
)
def onet_statements(
    context: dg.AssetExecutionContext,
    lake: dg.ResourceParam[Lake],
    statement_source: dg.ResourceParam[StatementSource],
) -> dg.MaterializeResult:  # type: ignore[type-arg]  # Dagster reads it
    """The statements, fetched or read from a folder; without them labels come from the bank."""
    try:
        rows, origin = statement_source.statements()
    except StatementsUnavailable as absent:
        context.log.warning(str(absent))
        rows, origin = lake.read(ONET_STATEMENTS), {"source": "not available", "remedy": str(absent)}
    return _write(lake, ONET_STATEMENTS, rows, origin)


@dg.asset(
    key=asset_key(HEADCOUNTS),
    group_name="reference",
    kinds={"python", "parquet"},
    owners=OWNERS,
    description=HEADCOUNTS.grain,
    check_specs=[contract_check(HEADCOUNTS)],
    metadata={"dagster/column_schema": column_schema(HEADCOUNTS)},
)
def headcounts(lake: dg.ResourceParam[Lake]) -> dg.MaterializeResult:  # type: ignore[type-arg]  # Dagster reads it
    """The organisation's own people by occupation, out of `headcount.csv` in the home: one more baseline."""
    path = lake.headcount_path
    try:
        rows = read_headcount(path)
    except BadHeadcount as problem:
        raise dg.Failure(str(problem), allow_retries=False) from None
    origin = {"source": path.name, "sha256": sha256_of(path)} if path.exists() else {"source": "none brought"}
    return _write(lake, HEADCOUNTS, rows, origin)
