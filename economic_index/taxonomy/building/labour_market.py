"""Employment and annual wages of the United States: OEWS, May 2023, May 2024 and May 2025.

No share is computed here, and no wage is made up for a top-coded or missing one.
"""

from pathlib import Path

import pandas as pd

from economic_index.taxonomy.building.fixtures import expect
from economic_index.taxonomy.source_files import SOURCES, read

TOTAL = "00-0000"
TOP_CODED_FOOTNOTE = "4"


def _number(cells: pd.Series) -> pd.Series:
    """Numbers; `#` (top-coded), `*`, `**`, `-` (not available) and blanks are missing, anything else is an error."""
    missing = cells.isin(["#", "*", "**", "-", ""])
    return pd.to_numeric(cells.where(~missing)).astype("float64")


def _workbook(folder: Path, year: int) -> pd.DataFrame:
    rows = read(folder, f"oews_{year}")
    # a broad group with one detailed occupation repeats its code: O_GROUP tells them apart
    rows = rows[rows["O_GROUP"].isin(["major", "detailed"])]
    table = pd.DataFrame(
        {
            "year": year,
            "occupation_code": rows["OCC_CODE"],
            "soc_taxonomy": rows["O_GROUP"].map({"major": "soc_group", "detailed": "oews"}),
            "employment": _number(rows["TOT_EMP"]),
            "employment_rse": _number(rows["EMP_PRSE"]) / 100,
            "median_wage": _number(rows["A_MEDIAN"]),
            "mean_wage": _number(rows["A_MEAN"]),
            "is_top_coded": rows["A_MEDIAN"] == "#",
        }
    )
    return SOURCES[f"oews_{year}"].stamp(table)


def _may_2025(folder: Path) -> pd.DataFrame:
    rows = read(folder, "oews_2025")
    rows = rows[rows["display_level"].isin(["0", "3"]) & (rows["soc_code"] != TOTAL)]
    table = pd.DataFrame(
        {
            "year": 2025,
            "occupation_code": rows["soc_code"],
            "soc_taxonomy": rows["display_level"].map({"0": "soc_group", "3": "oews"}),
            "employment": _number(rows["employment"]),
            "employment_rse": _number(rows["employment_rse_pct"]) / 100,
            "median_wage": _number(rows["median_annual_wage"]),
            "mean_wage": _number(rows["mean_annual_wage"]),
            "is_top_coded": rows["footnote_median_annual"] == TOP_CODED_FOOTNOTE,
        }
    )
    return SOURCES["oews_2025"].stamp(table)


def labour_market(folder: Path) -> pd.DataFrame:
    """Detailed occupations (`oews` codes) and the 22 major groups (`soc_group`, two digits).

    A median wage that is missing is at or above the top code where `is_top_coded`, else not available.
    """
    table = pd.concat([_workbook(folder, 2023), _workbook(folder, 2024), _may_2025(folder)])
    is_group = table["soc_taxonomy"] == "soc_group"
    expect("major groups, 2023 to 2025", int(is_group.sum()), 3 * 22)
    expect("detailed occupations, 2023 to 2025", int((~is_group).sum()), 831 + 831 + 830)
    codes = table["occupation_code"]
    return table.assign(country="US", currency="USD", occupation_code=codes.where(~is_group, codes.str[:2]))
