"""Everything that Dagster loads resolves: assets, jobs, schedule and sensors."""

import shutil
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from economic_index.lake import PARSED, Lake
from orchestration.assembly import build_definitions
from orchestration.settings import load_settings
from tests.homes import PROJECT, Home


@pytest.fixture(scope="module")
def home(small_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new home, with the dbt project as the small home parsed it, which takes longer than all else here."""
    lake, parsed = Lake(tmp_path_factory.mktemp("home")), Lake(small_home.path).dbt_target
    lake.dbt_target.mkdir()
    for name in PARSED:
        shutil.copy(parsed / name, lake.dbt_target)
    return lake.root


@pytest.fixture(scope="module")
def definitions(home: Path) -> dg.Definitions:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DAGSTER_HOME", raising=False)
        patch.setenv("OEI_HOME", str(home))
        return build_definitions(load_settings())


def test_the_code_location_loads(definitions: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(definitions)
    assert {job.name for job in definitions.resolve_all_job_defs()} >= {"read_logs", "classify_week", "publish"}


def test_every_table_stands_where_its_name_says(definitions: dg.Definitions) -> None:
    keys = {key.to_user_string() for key in definitions.resolve_asset_graph().get_all_asset_keys()}
    assert {"lake/conversations", "reference/onet_tasks", "marts/mart_soc_groups", "publication/report"} <= keys
    assert {"evaluation/label_sets", "evaluation/engine_scores"} <= keys
    groups = {node.group_name for node in definitions.resolve_asset_graph().asset_nodes}
    assert groups >= {"reference", "conversations", "classification", "staging", "intermediate", "marts", "publication"}


def test_what_only_a_run_needs_is_not_loaded_with_the_definitions(
    definitions: dg.Definitions, home: Path, tmp_path: Path
) -> None:
    code = "import sys, orchestration.definitions; print([name for name in sys.argv[1:] if name in sys.modules])"
    heavy = ("anthropic", "onnxruntime", "sklearn", "altair", "vl_convert")
    environment = Home(home, tmp_path).environment()
    done = subprocess.run(
        [sys.executable, "-c", code, *heavy], cwd=PROJECT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
