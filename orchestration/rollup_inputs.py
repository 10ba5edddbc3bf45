"""What the rollups are made from: commits of the lake and the text of the models.

A build is repeated only if this hash differs from that of the build served.
"""

import hashlib

from economic_index.contracts import TABLES
from economic_index.lake import Lake, fingerprint
from orchestration.settings import PROJECT

MODEL_SUFFIXES = {".sql", ".yml", ".csv", ".md"}


def models_hash() -> str:
    """Hash of every file that dbt reads in the project."""
    digest = hashlib.sha256()
    folder = PROJECT / "dbt_project"
    for path in sorted(folder.rglob("*")):
        if path.suffix in MODEL_SUFFIXES and not {"target", "logs"} & set(path.relative_to(folder).parts):
            digest.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def rollup_inputs(lake: Lake) -> str:
    """Hash of the models and of the rows of every table that has a dbt source."""
    rows: dict[str, list[str | None]] = {}
    for table in TABLES:
        if not table.is_private:
            commits = (
                [lake.commit_of(table, week) for week in lake.weeks_of(table)]
                if table.weekly
                else [lake.commit_of(table)]
            )
            rows["/".join(table.key())] = [commit.rows_hash if commit else None for commit in commits]
    return fingerprint(models_hash(), rows)
