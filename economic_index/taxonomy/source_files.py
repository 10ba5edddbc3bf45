"""The publishers' files that facts are built from: where they lie, how they are read, what they are.

Every code is read as text, and nothing is taken for missing (`NA` is Namibia, `n/a` is O*NET's own mark).
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

RELEASE = "economic_index/release_2025_02_10"
ONET_DB = "https://www.onetcenter.org/dl_files/database"
AEI = "https://huggingface.co/datasets/Anthropic/EconomicIndex/resolve/main/release_2025_02_10"


@dataclass(frozen=True)
class Origin:
    """Where a table comes from."""

    files: tuple[str, ...]
    url: str
    vintage: str
    licence_id: str


ORIGINS = {
    "onet_tasks": Origin(
        (
            f"{RELEASE}/onet_task_statements.csv",
            "onet_30_1/Task Statements.txt",
            "onet_27_0/Task Statements.txt",
        ),
        f"{ONET_DB}/db_30_1_text.zip",
        "O*NET 20.1, 27.0, 30.1",
        "CC-BY-4.0",
    ),
    "occupations": Origin(
        (
            f"{RELEASE}/onet_task_statements.csv",
            "soc_crosswalks/2010_to_2019_Crosswalk.csv",
            "onet_30_1/Occupation Data.txt",
        ),
        "https://www.onetcenter.org/taxonomy/2019/walk.html",
        "O*NET-SOC 2010, 2019",
        "CC-BY-4.0",
    ),
    "soc_groups": Origin(
        (f"{RELEASE}/SOC_Structure.csv",), "https://www.bls.gov/soc/2018/", "SOC 2018", "public-domain"
    ),
    "job_zones": Origin(
        ("onet_18_1/Job Zones.txt", "onet_30_1/Job Zones.txt", "soc_crosswalks/2010_to_2019_Crosswalk.csv"),
        f"{ONET_DB}/db_30_1_text.zip",
        "O*NET 18.1, 30.1",
        "CC-BY-4.0",
    ),
    "skills": Origin(
        ("onet_30_1/Skills.txt", "soc_crosswalks/2010_to_2019_Crosswalk.csv"),
        f"{ONET_DB}/db_30_1_text.zip",
        "O*NET 30.1",
        "CC-BY-4.0",
    ),
    "task_activities": Origin(
        ("onet_30_1/Tasks to DWAs.txt", "onet_27_0/Tasks to DWAs.txt", "onet_18_1/Tasks to DWAs.txt"),
        f"{ONET_DB}/db_30_1_text.zip",
        "O*NET 18.1, 27.0, 30.1",
        "CC-BY-4.0",
    ),
    "activities": Origin(
        ("onet_30_1/DWA Reference.txt", "onet_30_1/Content Model Reference.txt"),
        f"{ONET_DB}/db_30_1_text.zip",
        "O*NET 30.1",
        "CC-BY-4.0",
    ),
    "crosswalks": Origin(
        (
            "soc_crosswalks/2010_to_2019_Crosswalk.csv",
            "soc_crosswalks/2010_to_2018_SOC_Crosswalk.csv",
            "soc_crosswalks/2019_to_SOC_Crosswalk.csv",
            "soc_crosswalks/nem-onet-to-soc-crosswalk.csv",
            "soc_crosswalks/soc_2010_to_2018_crosswalk.csv",
        ),
        "https://www.onetcenter.org/taxonomy.html",
        "2010 to 2025",
        "CC-BY-4.0",
    ),
    "labour_market": Origin(
        ("bls_oews_2023/national_M2023_dl.csv", "bls_oews_2025/national.csv"),
        "https://www.bls.gov/oes/tables.htm",
        "OEWS May 2023, May 2025",
        "public-domain",
    ),
    "published_cells": Origin(
        (f"{RELEASE}/onet_task_mappings.csv", f"{RELEASE}/automation_vs_augmentation.csv"),
        f"{AEI}/onet_task_mappings.csv",
        "Anthropic Economic Index, 10 February 2025",
        "CC-BY-4.0",
    ),
}


def read_text(path: Path, separator: str | None = None) -> pd.DataFrame:
    """A delimited file, every cell as text."""
    sep = separator or ("\t" if path.suffix == ".txt" else ",")
    quoting = 3 if sep == "\t" else 0
    return pd.read_csv(path, sep=sep, dtype=str, keep_default_na=False, quoting=quoting, encoding="utf-8-sig")  # type: ignore[call-overload, no-any-return]


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
