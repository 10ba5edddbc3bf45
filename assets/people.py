"""lake/users and lake/weights: what is known of the users, under pseudonyms; lake/segments: a week's share of it.

What a table of people must look like is economic_index/people; no raw id passes through here.
"""

from collections.abc import Callable, Iterator
from typing import Any

import dagster as dg

from assets.read_tables import read_results, read_specs
from assets.table import asset_key, contract_check, weekly_table
from assets.weeks import WeekRows, Weeks
from economic_index.contracts.lake import RAW_LOGS, USERS, USERS_REJECTED
from economic_index.due import Stage
from economic_index.lake import Lake
from economic_index.people.reading import TABLES, PeopleReader, sentences
from economic_index.people.weekly import segments_of_week


@dg.multi_asset(
    specs=read_specs(TABLES, deps=[RAW_LOGS]),  # which systems' ids a key may be is known once the logs were read
    check_specs=[
        *[contract_check(table) for table in TABLES],
        dg.AssetCheckSpec("every_row_used", asset=asset_key(USERS), description="No row of a table was rejected."),
    ],
)
def users(
    context: dg.AssetExecutionContext, lake: dg.ResourceParam[Lake], people_reader: dg.ResourceParam[PeopleReader]
) -> Iterator[Any]:
    """Attributes and weights by pseudonym; every row that was not used, with its reason."""
    people_reader.read(lake)
    for table in TABLES:
        yield from read_results(lake, table)
    told = sentences(lake.read(USERS_REJECTED).to_dict("records"))
    for sentence in told:
        context.log.warning(sentence)
    yield dg.AssetCheckResult(
        check_name="every_row_used",
        asset_key=asset_key(USERS),
        passed=not told,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"rejected": told},
    )


def segments_asset(stage: Stage) -> dg.AssetsDefinition:
    """The asset at the given stage."""

    @weekly_table(*stage.tables, stage=stage, group="conversations", kinds={"python", "parquet"}, extra_deps=(USERS,))
    def segments(conversations: Weeks, lake: Lake, progress: Callable[[str, int, int], None]) -> Iterator[WeekRows]:
        """Each conversation's attributes as they were when it began."""
        for number, week in enumerate(conversations, start=1):
            yield WeekRows(week.week_start, (segments_of_week(lake, week.week_start, week.rows),))
            progress("weeks cut into segments", number, len(conversations.week_starts))

    return segments
