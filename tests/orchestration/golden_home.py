"""The demonstration's home with one week classified.

Everything is the product's own: its sources, reader, assets, engine, dbt build and serving. The other weeks are read
as well, and wait in the inbox. dbt is run beside Dagster, not in it: its graph need not be loaded for one week.
"""

import base64
from datetime import date
from pathlib import Path

import dagster as dg
import pytest
from built_home import dbt

from assets.served import copy_marts, finished_build
from economic_index.lake import Lake
from orchestration.assembly import lake_assets, lake_resources
from orchestration.demo import write_demo_sources
from orchestration.driver import prepare_dagster, weekly_keys
from orchestration.rollup_inputs import rollup_inputs
from orchestration.runs import materialize
from orchestration.settings import DEMO_KEY, Settings, load_settings
from orchestration.stages import stages_of
from tests.embedded_bank import lend_bank

WEEK = date(2026, 2, 2)


def job_of_the_lake(settings: Settings) -> dg.JobDefinition:
    """Every asset before dbt, with the resources that it has in the product."""
    definitions = dg.Definitions(
        assets=lake_assets(stages_of(settings)), resources=lake_resources(), executor=dg.in_process_executor
    )
    return definitions.resolve_implicit_global_asset_job_def()


def make_golden_home(base: Path, home: Path, environment: pytest.MonkeyPatch) -> Lake:
    """Read the whole corpus, classify the golden week, roll up and serve; `base` is pytest's folder of this process."""
    environment.setenv("OEI_HOME", str(home))
    environment.setenv("DAGSTER_HOME", str(home / "dagster"))
    # the demonstration's own key: users, and so every number, are the same in every run
    environment.setenv("OEI_PSEUDONYM_KEY", base64.b64encode(DEMO_KEY).decode())
    settings = load_settings()
    prepare_dagster(settings)
    write_demo_sources(settings)
    lend_bank(base, home)
    job = job_of_the_lake(settings)
    weekly = weekly_keys(stages_of(settings))
    with dg.DagsterInstance.get() as instance:
        once = [key for key in job.asset_layer.executable_asset_keys if key not in weekly]
        materialize(job, instance, once)
        materialize(job, instance, weekly, week=WEEK)
    run = dbt(home, "build", "--exclude-resource-type", "unit_test")
    assert run.returncode == 0, run.stdout[-6000:]
    lake = Lake(home)
    copy_marts(lake, finished_build(lake), rollup_inputs(lake))
    return lake
