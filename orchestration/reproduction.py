"""`make reproduce`: published cells alone through the whole graph, printed beside the published figures.

Which figures, and what they must be, stands in economic_index/releases.
"""

from contextlib import redirect_stdout

import dagster as dg

from assets.publication import SERVED
from economic_index.lake import Lake, write_atomically
from economic_index.publish.served import ServedMarts
from economic_index.releases.fixtures import fixtures
from economic_index.releases.reproduction import Reproduced, as_lines, as_page, reproduce
from orchestration.assembly import build_definitions
from orchestration.driver import HIERARCHY, prepare_dagster
from orchestration.progress import DbtLines
from orchestration.resources import PROGRESS
from orchestration.rollup_inputs import rollup_inputs
from orchestration.runs import materialize
from orchestration.settings import PROJECT, Settings

PAGE = PROJECT / "docs" / "reproduced.md"


def run(settings: Settings) -> list[Reproduced]:
    """Roll up a home without logs, print every figure, and write the page."""
    prepare_dagster(settings)
    lake = Lake(settings.home)
    with PROGRESS, dg.DagsterInstance.get() as instance:
        PROGRESS.stage("Loading the asset graph")
        job = build_definitions(settings, with_column_metadata=False).resolve_implicit_global_asset_job_def()
        keys = job.asset_layer.executable_asset_keys
        PROGRESS.stage("Reading reference facts and published releases")
        materialize(job, instance, [key for key in keys if key.path[0] == "reference" and key != HIERARCHY])
        if rollup_inputs(lake) != lake.served_inputs():
            PROGRESS.stage("Rolling up with dbt")
            with redirect_stdout(DbtLines(PROGRESS)):
                unpublished = {"lake", "reference", "publication", "release", "evaluation"}
                materialize(job, instance, [*(key for key in keys if key.path[0] not in unpublished), SERVED])
    found = reproduce(ServedMarts.of(lake), fixtures())
    print("\n".join(as_lines(found)))
    print(f"\n{sum(row.is_right for row in found)} of {len(found)} figures are as they must be. Page: {PAGE.name}")
    write_atomically(PAGE, as_page(found))
    return found
