"""What studies say of the exposure of work to AI, by occupation and by task: ratings and figures as published.

Nothing is averaged or ranked here, and no study whose files carry no licence is taken in.
"""

from pathlib import Path

import pandas as pd

from economic_index.taxonomy.building.fixtures import expect
from economic_index.taxonomy.building.tasks import onet_tasks_of
from economic_index.taxonomy.codes import CODE, statement_hash
from economic_index.taxonomy.source_files import SOURCES, read

RATERS = {"gpt4": ("dv_rating", "gpt4_exposure"), "human": ("human_rating", "human_exposure_agg")}
# beta of a task: half where a tool on top of the model is needed (Eloundou et al. 2024); alpha and gamma follow from it
BETA = {"E0": 0.0, "E1": 1.0, "E2": 0.5}
RATED_VERSION = "27.0"


def _by_occupation(folder: Path, source: str, measure: str, taxonomy: str, columns: tuple[str, str]) -> pd.DataFrame:
    rows = read(folder, source)
    code, value = columns
    table = pd.DataFrame(
        {
            "exposure_measure": measure,
            "soc_taxonomy": taxonomy,
            "occupation_code": rows[code],
            "value": rows[value].astype("float64"),
        }
    )
    return SOURCES[source].stamp(table)


def exposures(folder: Path) -> pd.DataFrame:
    """Exposure of occupations: alpha, beta and gamma of two raters, applicability, and observed exposure.

    The last two name occupations as the employment matrix does (`oews`), merged codes and all.
    """
    parts = [
        _by_occupation(
            folder,
            "gpts_are_gpts",
            f"gpts_are_gpts_{rater}_{variant}",
            "onet_soc_2019",
            (CODE, f"{prefix}_{variant}"),
        )
        for rater, (prefix, _) in RATERS.items()
        for variant in ("alpha", "beta", "gamma")
    ]
    expect("occupations rated by GPTs are GPTs", len(parts[0]), 923)
    columns = ("SOC Code", "ai_applicability_score")
    parts.append(_by_occupation(folder, "working_with_ai", "working_with_ai_applicability", "oews", columns))
    expect("occupations of Working with AI", len(parts[-1]), 785)
    columns = ("occ_code", "observed_exposure")
    parts.append(_by_occupation(folder, "observed_exposure", "observed_exposure_2026", "oews", columns))
    expect("occupations with observed exposure", len(parts[-1]), 756)
    return pd.concat(parts)


def _labels(folder: Path) -> pd.DataFrame:
    """Exposure labels of every task id of O*NET 27.0, of two raters."""
    rows = read(folder, "gpts_are_gpts_tasks")
    ids = rows["Task ID"].astype("float64").astype("int64")
    hashes = onet_tasks_of(folder, RATED_VERSION).set_index("task_id")["statement_hash"]
    expect("task ids that are those of O*NET 27.0", len(set(ids) & set(hashes.index)), 19_265)
    parts = [
        pd.DataFrame(
            {
                "exposure_measure": f"gpts_are_gpts_{rater}_beta",
                "statement_hash": ids.map(hashes),
                "task_id": ids,
                "value": rows[label].map(BETA),
            }
        )
        for rater, (_, label) in RATERS.items()
    ]
    return SOURCES["gpts_are_gpts_tasks"].stamp(pd.concat(parts))


def _penetration(folder: Path) -> pd.DataFrame:
    """Observed penetration of a statement; eight rows of one statement are alike."""
    rows = read(folder, "task_penetration")
    hashes = rows["task"].map(statement_hash)
    table = pd.DataFrame({"statement_hash": hashes, "value": rows["penetration"].astype("float64")}).drop_duplicates()
    known = set(onet_tasks_of(folder, RATED_VERSION)["statement_hash"])
    expect("statements with penetration that O*NET 27.0 has", len(known & set(table["statement_hash"])), 17_991)
    table = table.assign(exposure_measure="observed_penetration_2026", task_id=pd.array([None] * len(table), "Int64"))
    return SOURCES["task_penetration"].stamp(table)


def task_exposures(folder: Path) -> pd.DataFrame:
    """Exposure of tasks, all on O*NET 27.0: beta of two raters by task id, observed penetration by statement."""
    parts = [_labels(folder).astype({"task_id": "Int64"}), _penetration(folder)]
    return pd.concat(parts).assign(onet_version=RATED_VERSION)
