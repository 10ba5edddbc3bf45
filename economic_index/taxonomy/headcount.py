"""The organisation's own headcount by occupation: a small CSV file that a person writes.

Only read and checked here: what use stands against it is the rollups' business.
"""

import csv
from pathlib import Path

import pandas as pd

from economic_index.contracts.reference import HEADCOUNTS
from economic_index.taxonomy.codes import soc_group

COLUMNS = ["occupation_code", "headcount"]
REMEDY = "Write one line an occupation: SOC code (two digits, or a detailed code such as 15-1252), number of people."


class BadHeadcount(Exception):
    """A line of the file cannot be used; the message names the file, the line and the remedy."""


def read_headcount(path: Path) -> pd.DataFrame:
    """Rows of `reference/headcounts`; codes that stand twice are added up. No file: no rows.

    Raises BadHeadcount for another header, a code that is not of the SOC, or a number that is none.
    """
    if not path.exists():
        return _table({})
    people: dict[str, float] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        if (header := next(reader, [])) != COLUMNS:
            raise BadHeadcount(f"{path.name}, line 1: {header}, expected {COLUMNS}. {REMEDY}")
        for line in reader:
            if any(cell.strip() for cell in line):
                code, count = _checked(path, reader.line_num, line)
                people[code] = people.get(code, 0.0) + count
    return _table(people)


def _checked(path: Path, number: int, line: list[str]) -> tuple[str, float]:
    where = f"{path.name}, line {number}"
    if len(line) != len(COLUMNS):
        raise BadHeadcount(f"{where}: {len(line)} values, expected two. {REMEDY}")
    code, text = (value.strip() for value in line)
    if not (code[:2].isdecimal() and 11 <= int(code[:2]) <= 55 and int(code[:2]) % 2 and code[2:3] in ("", "-")):
        raise BadHeadcount(f"{where}: {code!r} is no SOC code. {REMEDY}")
    if not text.replace(".", "", 1).isdecimal():
        raise BadHeadcount(f"{where}: {text!r} is no number of people. {REMEDY}")
    return code, float(text)


def _table(people: dict[str, float]) -> pd.DataFrame:
    codes = sorted(people)
    rows = pd.DataFrame(
        {
            "occupation_code": pd.Series(codes, dtype="str"),
            "soc_group": pd.Series([soc_group(code) for code in codes], dtype="str"),
            "headcount": pd.Series([people[code] for code in codes], dtype="float64"),
        }
    )
    rows = rows.assign(vintage="the organisation's own", licence_id="private")
    return rows[list(HEADCOUNTS.schema.columns)]
