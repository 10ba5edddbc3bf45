"""The one abstraction over dg.asset: a table's contract gives its key, columns, checks and commits.

No table is named here and nothing is computed: bodies call the library.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

import dagster as dg
import pandas as pd

from assets.dead_letters import CONFIG, can_fail, check_dead_letters, dead_letter_check, forget_failures
from assets.watching import RunWatch
from assets.weeks import WEEKS, TextScan, WeekRows, Weeks
from economic_index.classifier import Numbers
from economic_index.contracts import BrokenContract, Table, broken_rules, checked
from economic_index.contracts.lake import LAKE_TABLES
from economic_index.conversations.weekly import textless_of
from economic_index.due import Stage, input_fingerprint, is_due
from economic_index.erasure.textless import with_kept_rows
from economic_index.lake import Lake, Rows, fingerprint

OWNERS = ["team:open-economic-index"]
_BY_NAME = {table.name: table for table in LAKE_TABLES}


def asset_key(table: Table) -> dg.AssetKey:
    """The Dagster key of a table."""
    return dg.AssetKey(table.key())


def column_schema(table: Table) -> dg.TableSchema:
    """The column tab, before the first run."""
    return dg.TableSchema(
        [
            dg.TableColumn(
                name,
                str(column.metadata["arrow"]),
                column.description,
                constraints=dg.TableColumnConstraints(nullable=column.nullable, unique=column.unique),
            )
            for name, column in table.schema.columns.items()
        ]
    )


def column_lineage(table: Table, inputs: Sequence[Table]) -> dg.TableColumnLineage:
    """Columns that carry an input's column of the same name through."""
    deps = {
        name: [dg.TableColumnDep(asset_key(source), name) for source in inputs if name in source.schema.columns]
        for name in table.schema.columns
    }
    return dg.TableColumnLineage({name: found for name, found in deps.items() if found})


class WeeksCheck(Protocol):
    """A check of what a step committed, beside its contract; it warns, and its numbers stand with each week."""

    def spec(self, stage: Stage) -> dg.AssetCheckSpec:
        """What Dagster shows of it."""
        ...

    def result(self, lake: Lake, stage: Stage, weeks: Sequence[date]) -> dg.AssetCheckResult:
        """Of all weeks of a run."""
        ...

    def numbers(self, lake: Lake, week: date) -> Numbers:
        """Of one week."""
        ...


WEEKLY_STEP = ("oei/step", "week")
"""The tag of what a run of one week makes."""


def asset_spec(
    table: Table, *, group: str, deps: Sequence[Table], kinds: set[str], code_version: str, skippable: bool
) -> dg.AssetSpec:
    """What Dagster shows of a table."""
    return dg.AssetSpec(
        asset_key(table),
        description=table.grain,
        deps=[asset_key(dep) for dep in deps],
        group_name=group,
        kinds=kinds,
        owners=OWNERS,
        code_version=code_version,
        skippable=skippable,
        partitions_def=WEEKS if table.weekly else None,
        tags=dict([WEEKLY_STEP]) if table.weekly else None,
        metadata={
            "dagster/column_schema": column_schema(table),
            "dagster/column_lineage": column_lineage(table, deps),
        },
    )


def plain_spec(table: Table, group: str, **options: Any) -> dg.AssetSpec:
    """What Dagster shows of a table that is no step of a week."""
    return dg.AssetSpec(
        asset_key(table),
        description=table.grain,
        group_name=group,
        owners=OWNERS,
        metadata={"dagster/column_schema": column_schema(table)},
        **options,
    )


def contract_check(table: Table) -> dg.AssetCheckSpec:
    """The check that every committed row has the declared shape."""
    return dg.AssetCheckSpec("contract", asset=asset_key(table), blocking=True, description=table.grain)


def weekly_table(
    *tables: Table,
    stage: Stage,
    group: str,
    kinds: set[str],
    extra_deps: Sequence[Table] = (),
    pool: str | None = None,
    after_commit: Callable[[Lake, date], None] | None = None,
    change_check: WeeksCheck | None = None,
) -> Callable[[Callable[..., Iterator[WeekRows]]], dg.AssetsDefinition]:
    """Make a weekly asset of a generator that yields one `WeekRows` a week.

    Arguments of the body that bear a lake table's name arrive as `Weeks` (or `TextScan`, if the table is
    private), all others are resources. Each week is committed when it is drawn, before the next begins;
    a week made from the same inputs already is skipped, and the run says so. `after_commit` is for what may be
    done only once a week is committed: the body goes on after a week that was refused, too.
    """

    def decorate(body: Callable[..., Iterator[WeekRows]]) -> dg.AssetsDefinition:
        names = list(inspect.signature(body).parameters)
        inputs = [_BY_NAME[name] for name in names if name in _BY_NAME]
        resources = [name for name in names if name not in _BY_NAME and name not in {"weeks", "watch"}]

        @dg.multi_asset(
            name=body.__name__,
            specs=[
                asset_spec(
                    table,
                    group=group,
                    deps=[*inputs, *extra_deps],
                    kinds=kinds,
                    code_version=stage.code_version,
                    skippable=True,
                )
                for table in tables
            ],
            check_specs=[
                *[contract_check(table) for table in tables],
                *dead_letter_check(stage),
                *([change_check.spec(stage)] if change_check else []),
            ],
            config_schema=CONFIG if can_fail(stage) else None,
            required_resource_keys={"lake", *resources},
            pool=pool,
            backfill_policy=dg.BackfillPolicy.single_run(),
            can_subset=False,
        )
        def run(context: dg.AssetExecutionContext) -> Iterator[Any]:
            lake: Lake = context.resources.lake
            weeks = tuple(date.fromisoformat(key) for key in context.partition_keys)
            again = set()
            if can_fail(stage) and (reasons := context.op_execution_context.op_config["retry"]):
                again = forget_failures(lake, stage, weeks, reasons, context.resources.engine)
            due = tuple(week for week in weeks if week in again or is_due(lake, stage, week))
            if skipped := len(weeks) - len(due):
                context.log.info(f"{skipped} of {len(weeks)} weeks skipped: their inputs have not changed.")
            arguments: dict[str, Any] = {name: getattr(context.resources, name) for name in resources}
            arguments |= {table.name: _input(lake, table, due, stage) for table in inputs}
            if "weeks" in names:
                arguments["weeks"] = due
            watch = RunWatch(context, asset_key(stage.table))
            if "watch" in names:
                arguments["watch"] = watch
            broken = _commit_each(lake, stage, body(**arguments), after_commit)
            numbers = {
                week: {**watch.last.get(week, {}), **(change_check.numbers(lake, week) if change_check else {})}
                for week in weeks
            }
            yield from _results(context, lake, tables, weeks, broken, numbers)
            yield from check_dead_letters(lake, stage, weeks)
            if change_check:
                yield change_check.result(lake, stage, weeks)

        return run

    return decorate


def _input(lake: Lake, table: Table, weeks: tuple[date, ...], stage: Stage) -> Weeks | TextScan:
    return TextScan(lake, table) if table.is_private else Weeks(lake, table, weeks, _reads_texts(stage))


def _reads_texts(stage: Stage) -> bool:
    return any(table.is_private for table in stage.inputs)


def _commit_each(
    lake: Lake,
    stage: Stage,
    items: Iterator[WeekRows],
    after_commit: Callable[[Lake, date], None] | None,
) -> dict[Table, list[str]]:
    """Commit week after week; a week that breaks a contract is left as it was, and the rest goes on."""
    broken: dict[Table, list[str]] = {table: [] for table in stage.tables}
    for item in items:
        faults = _commit(lake, stage, item)
        for table, rules in faults.items():
            broken[table] += [f"{item.week_start}: {rule}" for rule in rules]
        if not faults and after_commit is not None:
            after_commit(lake, item.week_start)
    return broken


def _commit(lake: Lake, stage: Stage, item: WeekRows) -> dict[Table, list[str]]:
    """Commit a week, or say which rules its tables break; batches are checked as they are drawn."""
    given: dict[Table, Rows] = dict(zip(stage.tables, item.rows, strict=True))
    if _reads_texts(stage) and (textless := textless_of(lake, item.week_start)):
        given = {table: with_kept_rows(lake, table, item.week_start, rows, textless) for table, rows in given.items()}
    frames = {table: rows for table, rows in given.items() if isinstance(rows, pd.DataFrame)}
    if faults := {table: rules for table, rows in frames.items() if (rules := broken_rules(table, rows))}:
        return faults
    tables = {table: rows if isinstance(rows, pd.DataFrame) else checked(table, rows) for table, rows in given.items()}
    try:
        lake.commit_week(item.week_start, tables, input_fingerprint(lake, stage, item.week_start))
    except BrokenContract as error:
        return {error.table: error.rules}
    return {}


def _results(
    context: dg.AssetExecutionContext,
    lake: Lake,
    tables: Sequence[Table],
    weeks: Sequence[date],
    broken: dict[Table, list[str]],
    numbers: Mapping[date, Numbers],
) -> Iterator[Any]:
    for table in tables:
        commits = {week: lake.commit_of(table, week) for week in weeks}
        for week, commit in commits.items():
            if commit:
                context.add_asset_metadata(
                    {
                        "dagster/partition_row_count": commit.row_count,
                        "input_fingerprint": commit.input_fingerprint,
                        **(numbers.get(week, {}) if table == tables[-1] else {}),
                        **_kept_without_text(lake, week),
                    },
                    asset_key=asset_key(table),
                    partition_key=week.isoformat(),
                )
        hashes = {week: commit.rows_hash for week, commit in commits.items() if commit}
        version = hashes[weeks[0]] if len(weeks) == len(hashes) == 1 else fingerprint([*hashes.values()])
        yield dg.MaterializeResult(asset_key=asset_key(table), data_version=dg.DataVersion(version))
        if len(weeks) > 1:
            _log_own_versions(context, table, hashes)
        yield dg.AssetCheckResult(
            check_name="contract",
            asset_key=asset_key(table),
            passed=not broken[table],
            metadata={"broken": broken[table][:20], "weeks": len(weeks)},
        )


def _kept_without_text(lake: Lake, week: date) -> dict[str, int]:
    """How many conversations of a week keep the labels that they had when their text was dropped."""
    count = len(textless_of(lake, week))
    return {"conversations_without_text": count} if count else {}


def _log_own_versions(context: dg.AssetExecutionContext, table: Table, hashes: dict[date, str]) -> None:
    """Dagster gives all weeks of a run one data version; this says each week's own, with the rest as it was said."""
    for week, rows_hash in hashes.items():
        only = dg.AssetRecordsFilter(asset_key(table), asset_partitions=[week.isoformat()])
        said = context.instance.fetch_materializations(only, limit=1).records[0].asset_materialization
        if said is not None:
            tags = {**(said.tags or {}), "dagster/data_version": rows_hash}
            context.log_event(
                dg.AssetMaterialization(said.asset_key, metadata=said.metadata, partition=said.partition, tags=tags)
            )
