"""Long files: published releases as they were published, and one's own figures for internal use alone.

What is in a file is economic_index/releases; here it is only written.
"""

from typing import Any

import dagster as dg
from pydantic import Field

from assets.publication import SERVED
from assets.table import OWNERS, asset_key
from economic_index.contracts.reference import ONET_STATEMENTS, PUBLISHED_CELLS, PUBLISHED_NAMES
from economic_index.lake import Lake
from economic_index.publish.report_note import publish_version
from economic_index.publish.served import ServedMarts
from economic_index.releases.export import internal_files, published_files

INTERNAL = dg.AssetKey(["publication", "internal_files"])
RELEASE = dg.AssetKey(["release", "long_files"])


class ReleaseConfig(dg.Config):
    """What to release, by the names that `segment_type = 'published'` has; empty: every published release."""

    segments: list[str] = Field(default_factory=list)


@dg.asset(
    key=INTERNAL,
    deps=[SERVED],
    group_name="publication",
    kinds={"csv"},
    owners=OWNERS,
    code_version=publish_version(),
    description="These logs' figures in the published long schema, for internal use: not protected for publication.",
)
def internal_long_files(lake: dg.ResourceParam[Lake]) -> dg.MaterializeResult[Any]:
    """Write internal_*.csv, and a note of what they are not."""
    written = lake.write_release("internal", dict(internal_files(ServedMarts.of(lake))))
    return dg.MaterializeResult(metadata={"files": len(written), "folder": dg.MetadataValue.path(written[0].parent)})


@dg.asset(
    key=RELEASE,
    deps=[asset_key(PUBLISHED_CELLS), asset_key(PUBLISHED_NAMES), asset_key(ONET_STATEMENTS)],
    group_name="release",
    kinds={"csv"},
    owners=OWNERS,
    description="Published releases in their long schema, cells unchanged; it refuses whatever is not wholly imported.",
)
def long_files(config: ReleaseConfig, lake: dg.ResourceParam[Lake]) -> dg.MaterializeResult[Any]:
    """Write one file a release and platform; one's own figures are refused until they can be protected."""
    cells = lake.read(PUBLISHED_CELLS)
    segments = cells["release"] + " " + cells["platform"]
    if unknown := sorted(set(config.segments) - set(segments)):
        raise dg.Failure(
            f"Not released: {', '.join(unknown)}. Only what is wholly imported can be, until a release is protected "
            "for publication; internal files are in publication/internal_files.",
            allow_retries=False,
        )
    wanted = cells[segments.isin(config.segments)] if config.segments else cells
    files = published_files(wanted, lake.read(PUBLISHED_NAMES), lake.read(ONET_STATEMENTS))
    written = lake.write_release("published", dict(files))
    return dg.MaterializeResult(metadata={"files": len(written), "cells": len(wanted)})
