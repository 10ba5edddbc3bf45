"""Everything that Dagster loads resolves: assets, jobs, schedule and sensors."""

from pathlib import Path

import dagster as dg
import pytest

from orchestration.assembly import build_definitions
from orchestration.settings import load_settings


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    home: Path = tmp_path_factory.mktemp("home")
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
