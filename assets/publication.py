"""What people read: the served marts, the figures in the Dagster UI, the report page.

Every number comes from a served mart; nothing is computed here.
"""

import base64
from collections.abc import Callable
from typing import Any

import dagster as dg

from assets.served import copy_marts, finished_build
from assets.table import OWNERS
from economic_index.lake import Lake
from economic_index.publish.figures import FIGURES, Figure, to_svg
from economic_index.publish.page import build_report
from economic_index.publish.report_note import publish_version, write_report_note
from economic_index.publish.served import ServedMarts

SERVED = dg.AssetKey(["publication", "served"])
REPORT = dg.AssetKey(["publication", "report"])
DbtInputs = Callable[[], str]


def served_asset(mart_keys: list[dg.AssetKey]) -> dg.AssetsDefinition:
    """The marts as Parquet, switched in one step after a whole build."""

    @dg.asset(
        key=SERVED,
        deps=mart_keys,
        group_name="publication",
        kinds={"duckdb", "parquet"},
        owners=OWNERS,
        pool="duckdb",
        required_resource_keys={"lake", "dbt_inputs"},
        description="The marts of the last whole dbt build, one Parquet file a mart; readers read only these.",
    )
    def served(context: dg.AssetExecutionContext) -> dg.MaterializeResult[Any]:
        lake: Lake = context.resources.lake
        build = finished_build(lake)
        counts = copy_marts(lake, build, context.resources.dbt_inputs())
        return dg.MaterializeResult(
            metadata={"build_id": build.build_id, "marts": len(counts), "rows": sum(counts.values())},
            data_version=dg.DataVersion(build.build_id),
        )

    return served


def _figure_asset(figure: Figure) -> dg.AssetsDefinition:
    @dg.asset(
        key=dg.AssetKey(["publication", figure.name]),
        deps=[SERVED],
        group_name="publication",
        kinds={"altair"},
        owners=OWNERS,
        code_version=publish_version(),
        description=figure.title,
    )
    def draw(lake: dg.ResourceParam[Lake]) -> dg.MaterializeResult[Any]:
        result = figure.build(ServedMarts.of(lake))
        if result.chart is None:
            return dg.MaterializeResult(metadata={"reason": result.reason})
        metadata: dict[str, Any] = {"caption": result.caption, "caveats": " ".join(result.caveats)}
        picture = base64.b64encode(to_svg(result.chart).encode()).decode()
        metadata["figure"] = dg.MetadataValue.md(f"![{figure.title}](data:image/svg+xml;base64,{picture})")
        return dg.MaterializeResult(metadata=metadata)

    return draw


figures = [_figure_asset(figure) for figure in FIGURES]


@dg.asset(
    key=REPORT,
    deps=[SERVED],
    group_name="publication",
    kinds={"html"},
    owners=OWNERS,
    code_version=publish_version(),
    description="One self-contained page: the figures, in plain words, each with n, interval and engine.",
)
def report(lake: dg.ResourceParam[Lake]) -> dg.MaterializeResult[Any]:
    """Write the page from the served marts."""
    marts = ServedMarts.of(lake)
    page = build_report(marts)
    path = lake.write_report(page)
    write_report_note(lake, marts.build_id)
    return dg.MaterializeResult(metadata={"path": dg.MetadataValue.path(path), "bytes": len(page)})
