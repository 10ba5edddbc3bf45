"""lake/raw_logs: what is new in the sources, read once, as a stream, into the inbox of each week.

Weeks are written by conversations.py; no text passes through a frame here.
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from assets.table import asset_key, asset_spec, contract_check, rules_broken_by
from economic_index.contracts.lake import CONVERSATIONS_REJECTED, RAW_LOGS, SOURCES
from economic_index.conversations.overview import as_markdown
from economic_index.conversations.reading import LogReader
from economic_index.lake import Lake, LakeError

TABLES = (RAW_LOGS, CONVERSATIONS_REJECTED, SOURCES)


@dg.multi_asset(
    specs=[
        asset_spec(
            table,
            group="conversations",
            deps=[],
            kinds={"python", "parquet"},
            code_version="1",
            skippable=False,
        )
        for table in TABLES
    ],
    check_specs=[
        *[contract_check(table) for table in TABLES],
        dg.AssetCheckSpec("every_file_read", asset=asset_key(RAW_LOGS), description="No file stopped early."),
        dg.AssetCheckSpec(
            "people_wrote_it",
            asset=asset_key(RAW_LOGS),
            description="No user begins more than 500 conversations a day under one system prompt.",
        ),
        dg.AssetCheckSpec(
            "every_source_speaks",
            asset=asset_key(RAW_LOGS),
            description="No source is without a new conversation for longer than its silent_after_days.",
        ),
    ],
    pool="inbox",
)
def raw_logs(
    context: dg.AssetExecutionContext, lake: dg.ResourceParam[Lake], log_reader: dg.ResourceParam[LogReader]
) -> Iterator[Any]:
    """One row per log file and reading; every rejected record with its reason."""
    reading = log_reader.read(lake)
    context.log.info(reading.summary)
    for table in TABLES:
        commit = lake.commit_of(table)
        if commit is None:
            raise LakeError(f"{lake.root}: {table.name} was replaced while it was read. Read the logs again.")
        yield dg.MaterializeResult(
            asset_key=asset_key(table),
            metadata={
                "dagster/row_count": commit.row_count,
                "new_rows": reading.new_rows(table),
                **(reading.privacy_numbers() if table is RAW_LOGS else {}),
                **({"sources": dg.MetadataValue.md(as_markdown(reading.overviews))} if table is RAW_LOGS else {}),
            },
            data_version=dg.DataVersion(commit.rows_hash),  # new logs make what is made of them stale
        )
        rules = rules_broken_by(lake, table)
        yield dg.AssetCheckResult(
            check_name="contract", asset_key=asset_key(table), passed=not rules, metadata={"broken": rules[:20]}
        )
    automated = reading.automated_traffic()
    yield dg.AssetCheckResult(
        check_name="people_wrote_it",
        asset_key=asset_key(RAW_LOGS),
        passed=not automated,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"conversations": automated},
    )
    stopped = reading.stopped_files()
    yield dg.AssetCheckResult(
        check_name="every_file_read",
        asset_key=asset_key(RAW_LOGS),
        passed=not stopped,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"stopped": stopped},
    )
    yield dg.AssetCheckResult(
        check_name="every_source_speaks",
        asset_key=asset_key(RAW_LOGS),
        passed=not reading.silent,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={"silent": [f"{name}: {_told_days(days)}" for name, days in reading.silent]},
    )


def _told_days(days: int | None) -> str:
    return "no conversation yet" if days is None else f"{days} days"
