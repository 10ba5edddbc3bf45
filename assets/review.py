"""lake/review_draws and lake/review_items: a sample of each week, drawn for people to read. Never a text.

Only where review is switched on. What reviewers say comes back by the command line, as lake/reviews.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import dagster as dg

from assets.table import asset_key, plain_spec
from assets.weeks import WEEKS
from economic_index.contracts.lake import CONVERSATIONS, FACET_SUMMARIES, ONET_TASK_MAPPINGS
from economic_index.contracts.review_items import REVIEW_DRAWS, REVIEW_ITEMS
from economic_index.contracts.reviews import REVIEWS
from economic_index.lake import Lake
from economic_index.review.desk import ReviewDesk
from economic_index.vocabulary import ReviewDesign

DRAWS = asset_key(REVIEW_DRAWS)


class DrawConfig(dg.Config):
    """A draw beside the weekly one: a name of its own, and how many; empty or 0 leaves what the settings say."""

    name: str = ""
    design: str = ""
    sample: int = 0


@dg.multi_asset(
    name="review_draws",
    specs=[
        plain_spec(
            table,
            "review",
            deps=[asset_key(each) for each in (CONVERSATIONS, FACET_SUMMARIES, ONET_TASK_MAPPINGS)],
            partitions_def=WEEKS,
            kinds={"python", "parquet"},
        )
        for table in (REVIEW_DRAWS, REVIEW_ITEMS)
    ],
    backfill_policy=dg.BackfillPolicy.single_run(),
    pool="review",
)
def review_draws(
    context: dg.AssetExecutionContext,
    config: DrawConfig,
    lake: dg.ResourceParam[Lake],
    review_plan: dg.ResourceParam[Callable[[], Any]],
) -> Iterator[dg.MaterializeResult[Any]]:
    """Draw from each week once; a draw that was made stays as it is, whatever was labelled anew since."""
    settings, today = review_plan()
    plan = replace(
        settings.plan,
        name=config.name or settings.plan.name,
        design=ReviewDesign(config.design or settings.plan.design),
        wanted=config.sample or settings.plan.wanted,
    )
    weeks = [date.fromisoformat(key) for key in context.partition_keys]
    records = [ReviewDesk(lake).draw_week(plan, week, today) for week in weeks]
    items = sum(int(record["item_count"].sum()) for record in records)
    frames = sum(int(record["frame_count"].sum()) for record in records)
    numbers = {"draws": sum(map(len, records)), "items": items, "conversations_in_frame": frames}
    yield dg.MaterializeResult(asset_key=DRAWS, metadata=numbers)
    yield dg.MaterializeResult(asset_key=asset_key(REVIEW_ITEMS), metadata=numbers)


# written when a person's file is read back (python -m orchestration review --import)
reviews = plain_spec(REVIEWS, "review", deps=[asset_key(REVIEW_ITEMS)], kinds={"parquet"})
REVIEW = [review_draws, dg.AssetsDefinition(specs=[reviews])]
