"""The publishers' files that facts are built from: where they lie, how they are read, whose they are.

Every code is read as text, and nothing is taken for missing (`NA` is Namibia, `n/a` is O*NET's own mark). No
column is interpreted here.
"""

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

ONET_DB = "https://www.onetcenter.org/dl_files/database"
ONET_SOC = "https://www.onetcenter.org/taxonomy"
AEI = "https://huggingface.co/datasets/Anthropic/EconomicIndex/resolve/main"
FIRST_RELEASE, MARCH_2025 = "release_2025_02_10", "release_2025_03_27"
GPTS = "https://github.com/openai/GPTs-are-GPTs"
AEI_IMPACTS = f"{AEI}/labor_market_impacts"
IMPACTS, IMPACTS_OF = "economic_index/labor_market_impacts", "Labor market impacts, 2026"

CC_BY_4, CC_BY, PUBLIC_DOMAIN = "CC-BY-4.0", "CC-BY", "public-domain"
MIT, EU_REUSE = "MIT", "EU-2011/833"


@dataclass(frozen=True)
class SourceFile:
    """One file of a publisher: its place in the reference folder, and the official place to cite and fetch from."""

    path: str
    url: str
    vintage: str
    licence_id: str

    def stamp(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Rows with the vintage and the licence of the file that they come from."""
        return rows.assign(vintage=self.vintage, licence_id=self.licence_id)


def _onet(version: str, name: str) -> SourceFile:
    folder = version.replace(".", "_")
    return SourceFile(f"onet_{folder}/{name}.txt", f"{ONET_DB}/db_{folder}_text.zip", f"O*NET {version}", CC_BY_4)


def _crosswalk(name: str, url: str, vintage: str, licence_id: str = CC_BY_4) -> SourceFile:
    return SourceFile(f"soc_crosswalks/{name}.csv", url, vintage, licence_id)


def _release(name: str, vintage: str, licence_id: str) -> SourceFile:
    return SourceFile(
        f"economic_index/{FIRST_RELEASE}/{name}.csv", f"{AEI}/{FIRST_RELEASE}/{name}.csv", vintage, licence_id
    )


def _index(path: str, official: str, released: str) -> SourceFile:
    """A file of a later release; `official` is the publisher's own file where `path` is an extract of it."""
    return SourceFile(f"economic_index/{path}.csv", f"{AEI}/{official}", f"Anthropic Economic Index, {released}", CC_BY)


def _extracts(short: str, folder: str, version: str, window: str, released: str) -> dict[str, SourceFile]:
    """Task shares, and patterns by task, that were taken out of the two long files of a release."""
    found = {}
    for name, platform, suffix in (("", "claude_ai", ""), ("_api", "1p_api", "_api")):
        official = f"{folder}/data/intermediate/aei_raw_{platform}_{window}.csv"
        by_task = f"{folder}/by_task"
        found[f"{short}{name}_tasks"] = _index(f"{by_task}/task_pct{suffix}_{version}", official, released)
        found[f"{short}{name}_patterns_by_task"] = _index(
            f"{by_task}/automation_vs_augmentation_by_task{suffix}_{version}", official, released
        )
    return found


SOURCES: dict[str, SourceFile] = {
    "tasks_20.1": _release("onet_task_statements", "O*NET 20.1", CC_BY_4),
    "tasks_27.0": _onet("27.0", "Task Statements"),
    "tasks_30.1": _onet("30.1", "Task Statements"),
    "links_18.1": _onet("18.1", "Tasks to DWAs"),
    "links_27.0": _onet("27.0", "Tasks to DWAs"),
    "links_30.1": _onet("30.1", "Tasks to DWAs"),
    "zones_18.1": _onet("18.1", "Job Zones"),
    "zones_30.1": _onet("30.1", "Job Zones"),
    "skills_30.1": _onet("30.1", "Skills"),
    "dwas_30.1": _onet("30.1", "DWA Reference"),
    "content_model_30.1": _onet("30.1", "Content Model Reference"),
    "occupations_30.1": _onet("30.1", "Occupation Data"),
    "soc_structure": _release("SOC_Structure", "SOC 2018", PUBLIC_DOMAIN),
    "onet_2010_to_2019": _crosswalk("2010_to_2019_Crosswalk", f"{ONET_SOC}/2019/walk.html", "O*NET-SOC 2019"),
    "onet_2010_to_soc_2018": _crosswalk("2010_to_2018_SOC_Crosswalk", f"{ONET_SOC}.html", "O*NET-SOC 2019"),
    "onet_2019_to_soc_2018": _crosswalk("2019_to_SOC_Crosswalk", f"{ONET_SOC}/2019/soc.html", "O*NET-SOC 2019"),
    "onet_2019_to_oews": _crosswalk(
        "nem-onet-to-soc-crosswalk",
        "https://www.bls.gov/emp/documentation/crosswalks.htm",
        "BLS matrix 2024-34",
        PUBLIC_DOMAIN,
    ),
    "soc_2010_to_2018": _crosswalk(
        "soc_2010_to_2018_crosswalk", "https://www.bls.gov/soc/2018/crosswalks.htm", "SOC 2018", PUBLIC_DOMAIN
    ),
    "oews_2023": SourceFile(
        "bls_oews_2023/national_M2023_dl.csv",
        "https://www.bls.gov/oes/special-requests/oesm23nat.zip",
        "OEWS May 2023",
        PUBLIC_DOMAIN,
    ),
    "oews_2024": SourceFile(
        "bls_oews_2024/national_M2024_dl.csv",
        "https://www.bls.gov/oes/special-requests/oesm24nat.zip",
        "OEWS May 2024",
        PUBLIC_DOMAIN,
    ),
    "oews_2025": SourceFile(
        "bls_oews_2025/national.csv",
        "https://www.bls.gov/oes/special-requests/oesm25nat.zip",
        "OEWS May 2025",
        PUBLIC_DOMAIN,
    ),
    "aei_tasks": _release("onet_task_mappings", "Anthropic Economic Index, 10 February 2025", CC_BY),
    "aei_patterns": _release("automation_vs_augmentation", "Anthropic Economic Index, 10 February 2025", CC_BY),
    "aei_employment": _release("bls_employment_may_2023", "OEWS May 2023", PUBLIC_DOMAIN),
    "aei_zones": _release("wage_data", "O*NET OnLine, January 2020", CC_BY_4),
    "aei_2025_03_tasks": _index(f"{MARCH_2025}/task_pct_v2", f"{MARCH_2025}/task_pct_v2.csv", "27 March 2025"),
    "aei_2025_03_patterns": _index(
        f"{MARCH_2025}/automation_vs_augmentation_v2",
        f"{MARCH_2025}/automation_vs_augmentation_v2.csv",
        "27 March 2025",
    ),
    "aei_2025_03_patterns_by_task": _index(
        f"{MARCH_2025}/automation_vs_augmentation_by_task",
        f"{MARCH_2025}/automation_vs_augmentation_by_task.csv",
        "27 March 2025",
    ),
    **_extracts("aei_2025_09", "release_2025_09_15", "v3", "2025-08-04_to_2025-08-11", "15 September 2025"),
    **_extracts("aei_2026_01", "release_2026_01_15", "v4", "2025-11-13_to_2025-11-20", "15 January 2026"),
    **_extracts("aei_2026_03", "release_2026_03_24", "v5", "2026-02-05_to_2026-02-12", "24 March 2026"),
    "aei_2026_06_countries": _index(
        "release_2026_06_26/country_overall_2026-05",
        "release_2026_06_26/data/aei_claude_ai_2026-06-26.csv",
        "26 June 2026",
    ),
    "aei_2026_06_occupations": _index(
        "release_2026_06_26/occupation_top20_2026-05",
        "release_2026_06_26/data/aei_claude_ai_2026-06-26.csv",
        "26 June 2026",
    ),
    "aei_global_figures": _index("reported_global_figures", "README.md", "releases of 2025 and 2026"),
}

# Bridges to the international classification, and what studies say of exposure: files whose licence lets us ship
SOURCES |= {
    "soc_2010_to_isco_08": SourceFile(
        "isco_esco/soc2010_to_isco08.csv",
        "https://www.bls.gov/soc/soccrosswalks.htm",
        "ISCO-08, June 2015",
        PUBLIC_DOMAIN,
    ),
    "isco_groups": SourceFile(
        "isco_esco/esco_1_2_0/ISCOGroups_en.csv.gz",
        "https://esco.ec.europa.eu/en/use-esco/download",
        "ESCO 1.2.0",
        EU_REUSE,
    ),
    "gpts_are_gpts": SourceFile("studies/gpts_are_gpts/occ_level.csv", GPTS, "O*NET 27.0, 2023", MIT),
    "gpts_are_gpts_tasks": SourceFile("studies/gpts_are_gpts/full_labelset.tsv", GPTS, "O*NET 27.0, 2023", MIT),
    "working_with_ai": SourceFile(
        "studies/microsoft_working_with_ai/soc_ai_applicability_scores.csv",
        "https://github.com/microsoft/working-with-ai",
        "Working with AI, 2025",
        CC_BY_4,
    ),
    "observed_exposure": SourceFile(
        f"{IMPACTS}/job_exposure.csv", f"{AEI_IMPACTS}/job_exposure.csv", IMPACTS_OF, CC_BY
    ),
    "task_penetration": SourceFile(
        f"{IMPACTS}/task_penetration.csv", f"{AEI_IMPACTS}/task_penetration.csv", IMPACTS_OF, CC_BY
    ),
}

TABLE_SOURCES = {
    "onet_tasks": ("tasks_20.1", "tasks_27.0", "tasks_30.1"),
    "occupations": ("onet_2010_to_2019", "occupations_30.1"),
    "soc_groups": ("soc_structure",),
    "job_zones": ("zones_18.1", "zones_30.1", "onet_2010_to_2019"),
    "compared_job_zones": ("aei_zones", "zones_18.1", "zones_30.1", "onet_2010_to_2019"),
    "skills": ("skills_30.1", "onet_2010_to_2019"),
    "task_activities": (
        *("links_30.1", "links_27.0", "links_18.1"),
        *("tasks_20.1", "tasks_27.0", "dwas_30.1"),
    ),
    "activities": ("dwas_30.1", "content_model_30.1"),
    "crosswalks": (
        *("onet_2010_to_2019", "onet_2010_to_soc_2018", "onet_2019_to_soc_2018"),
        *("onet_2019_to_oews", "soc_2010_to_2018", "soc_2010_to_isco_08"),
    ),
    "isco_groups": ("isco_groups",),
    "labour_market": ("oews_2023", "oews_2024", "oews_2025"),
    "exposures": ("gpts_are_gpts", "working_with_ai", "observed_exposure"),
    "task_exposures": ("gpts_are_gpts_tasks", "tasks_27.0", "task_penetration"),
    "published_cells": (
        *("aei_tasks", "aei_patterns", "aei_global_figures"),
        *(name for name in SOURCES if name.startswith("aei_20")),
    ),
}


def read(folder: Path, name: str) -> pd.DataFrame:
    """A source file of the catalogue, every cell as text; tab-separated ones know no quoting."""
    path = folder / SOURCES[name].path
    is_tabbed = path.suffix in (".txt", ".tsv")
    return pd.read_csv(
        path,
        sep="\t" if is_tabbed else ",",
        quoting=csv.QUOTE_NONE if is_tabbed else csv.QUOTE_MINIMAL,
        dtype=str,
        keep_default_na=False,
        encoding="utf-8-sig",
    )


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
