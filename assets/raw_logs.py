"""lake/raw_logs: what is new in the sources, read once, as a stream, into the inbox of each week.

Weeks are written by conversations.py; no text passes through a frame here.
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from assets.read_tables import read_results, read_specs
from assets.table import asset_key, contract_check
from economic_index.contracts.lake import CONVERSATIONS_REJECTED, RAW_LOGS, SOURCES
from economic_index.conversations.overview import as_markdown
from economic_index.conversations.reading import LogReader
from economic_index.lake import Lake

TABLES = (RAW_LOGS, CONVERSATIONS_REJECTED, SOURCES)


@dg.multi_asset(
    specs=read_specs(TABLES),
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
    of_all = {
        **reading.privacy_numbers(),
        "sources": dg.MetadataValue.md(as_markdown(reading.overviews)),
    }
    for table in TABLES:
        told = {"new_rows": reading.new_rows(table), **(of_all if table is RAW_LOGS else {})}
        yield from read_results(lake, table, told)
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
