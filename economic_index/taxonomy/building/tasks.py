"""Tasks by the hash of their statement, and the work activities above them.

No statement and no title of a DWA or IWA goes into a row; the 41 GWA names may.
"""

from pathlib import Path

import pandas as pd

from economic_index.taxonomy.building.fixtures import expect
from economic_index.taxonomy.codes import CODE, statement_hash
from economic_index.taxonomy.source_files import SOURCES, read

TASK_VERSIONS = ("20.1", "27.0", "30.1")
# Rule 14: 20.1 has no links of its own; a reworded task keeps its id and its activity.
LINKS_OF = {"20.1": ("30.1", "27.0", "18.1"), "27.0": ("27.0",), "30.1": ("30.1",)}


def onet_tasks_of(folder: Path, version: str) -> pd.DataFrame:
    """Task ids of one version with the hash of their statement; a task without a type has none."""
    rows = read(folder, f"tasks_{version}")
    table = pd.DataFrame(
        {
            "onet_version": version,
            "statement_hash": rows["Task"].map(statement_hash),
            "onet_soc_code": rows[CODE],
            "task_id": rows["Task ID"].astype("int64"),
            "task_type": rows["Task Type"].where(rows["Task Type"].isin(["Core", "Supplemental"])),
        }
    )
    return SOURCES[f"tasks_{version}"].stamp(table)


def onet_tasks(folder: Path) -> pd.DataFrame:
    """Task ids of 20.1, 27.0 and 30.1."""
    parts = [onet_tasks_of(folder, version) for version in TASK_VERSIONS]
    expect("statements of 20.1", len(parts[0]), 19_530)
    expect("distinct statements of 20.1", parts[0]["statement_hash"].nunique(), 18_428)
    expect("titles of 20.1", parts[0]["onet_soc_code"].nunique(), 974)
    expect("statements of 30.1", len(parts[2]), 18_796)
    return pd.concat(parts)


def activities(folder: Path) -> pd.DataFrame:
    """DWA, IWA and GWA ids, and the names of the GWAs."""
    rows = read(folder, "dwas_30.1")
    names = read(folder, "content_model_30.1").set_index("Element ID")["Element Name"]
    expect("DWAs", rows["DWA ID"].nunique(), 2_087)
    expect("IWAs", rows["IWA ID"].nunique(), 332)
    table = pd.DataFrame(
        {
            "dwa_id": rows["DWA ID"],
            "iwa_id": rows["IWA ID"],
            "gwa_id": rows["Element ID"],
            "gwa_name": rows["Element ID"].map(names),
        }
    )
    return SOURCES["dwas_30.1"].stamp(table)


def _links(folder: Path, version: str, known: set[str]) -> pd.DataFrame:
    """Task-DWA links of one version whose DWA is `known`."""
    rows = read(folder, f"links_{version}")
    table = pd.DataFrame({"task_id": rows["Task ID"].astype("int64"), "dwa_id": rows["DWA ID"], "via": version})
    table = table[table["dwa_id"].isin(known)].drop_duplicates(["task_id", "dwa_id"])
    return SOURCES[f"links_{version}"].stamp(table)


def task_activities(folder: Path) -> pd.DataFrame:
    """DWAs of a task id, from the first version in LINKS_OF that links it; ids that 30.1 lacks are dropped."""
    known = set(read(folder, "dwas_30.1")["DWA ID"])
    links = {version: _links(folder, version, known) for version in LINKS_OF["20.1"]}
    parts = []
    for version, order in LINKS_OF.items():
        open_ids = set(read(folder, f"tasks_{version}")["Task ID"].astype("int64"))
        for via in order:
            found = links[via][links[via]["task_id"].isin(open_ids)]
            parts.append(found.assign(onet_version=version))
            open_ids -= set(found["task_id"])
    return pd.concat(parts)
