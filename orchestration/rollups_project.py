"""The dbt project of a home: where its target lies, and a fresh manifest.

Models are run by assets/rollups.py; here they are only parsed.
"""

import subprocess
import sys
from pathlib import Path

from dagster_dbt import DbtProject

from economic_index.lake import Lake
from orchestration.rollup_inputs import models_hash
from orchestration.settings import PROJECT

DBT_FOLDER = PROJECT / "dbt_project"


def dbt_executable() -> str:
    """dbt of this environment."""
    return str(Path(sys.executable).parent / "dbt")


def project_of(lake: Lake) -> DbtProject:
    """The project, with the home's own target folder."""
    return DbtProject(project_dir=DBT_FOLDER, profiles_dir=DBT_FOLDER, target_path=lake.dbt_target)


def ensure_manifest(lake: Lake) -> None:
    """Parse the project if its files are not those that the home's manifest was made of."""
    made_of, now = lake.dbt_target / "models_hash", models_hash()
    if (lake.dbt_target / "manifest.json").exists() and made_of.exists() and made_of.read_text() == now:
        return
    command = [dbt_executable(), "--quiet", "parse", "--target-path", str(lake.dbt_target)]
    command += ["--project-dir", str(DBT_FOLDER), "--profiles-dir", str(DBT_FOLDER)]
    subprocess.run(command, check=True)
    made_of.write_text(now)
