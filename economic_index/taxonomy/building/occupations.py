"""Occupations, their groups, job zones and skills, and the crosswalks between taxonomies.

No employment and no wage: labour_market.py has them.
"""

from pathlib import Path

import pandas as pd

from economic_index.taxonomy.building.fixtures import expect
from economic_index.taxonomy.codes import CODE, soc_group
from economic_index.taxonomy.source_files import SOURCES, read

THROUGH = "O*NET 30.1 through the crosswalk"
IS_NEEDED_FROM = 3.0  # importance, of 5: the level from which a skill counts as needed
CROSSWALKS = (
    ("onet_soc_2010", "onet_soc_2019", "onet_2010_to_2019", (0, 2)),
    ("onet_soc_2010", "soc_2018", "onet_2010_to_soc_2018", (0, 2)),
    ("onet_soc_2019", "soc_2018", "onet_2019_to_soc_2018", (0, 2)),
    ("onet_soc_2019", "oews", "onet_2019_to_oews", (1, 3)),
    ("soc_2010", "soc_2018", "soc_2010_to_2018", (0, 2)),
    # both directions of this file hold the same pairs; two of its codes have three digits
    ("soc_2010", "isco_08", "soc_2010_to_isco_08", (0, 3)),
)


def _titles(taxonomy: str, codes: pd.Series, titles: pd.Series) -> pd.DataFrame:
    return pd.DataFrame(
        {"soc_taxonomy": taxonomy, "onet_soc_code": codes, "title": titles, "soc_group": codes.map(soc_group)}
    )


def occupations(folder: Path) -> pd.DataFrame:
    """Codes and titles of O*NET-SOC 2010 (all 1,110, of which 20.1 has tasks for 974) and 2019."""
    walk = read(folder, "onet_2010_to_2019").drop_duplicates("O*NET-SOC 2010 Code")
    new = read(folder, "occupations_30.1")
    expect("codes of O*NET-SOC 2010", len(walk), 1_110)
    expect("codes of O*NET-SOC 2019", len(new), 1_016)
    old = _titles("onet_soc_2010", walk["O*NET-SOC 2010 Code"], walk["O*NET-SOC 2010 Title"])
    parts = [
        SOURCES["onet_2010_to_2019"].stamp(old).assign(vintage="O*NET-SOC 2010"),
        SOURCES["occupations_30.1"].stamp(_titles("onet_soc_2019", new[CODE], new["Title"])),
    ]
    return pd.concat(parts)


def soc_groups(folder: Path) -> pd.DataFrame:
    """The 22 civilian major groups, and 55 (military), without the word Occupations."""
    rows = read(folder, "soc_structure")
    major = rows[rows["Major Group"] != ""]
    expect("SOC major groups", len(major), 23)
    titles = major.iloc[:, -1].str.replace(r" Occupations$", "", regex=True)
    table = pd.DataFrame({"soc_group": major["Major Group"].map(soc_group), "title": titles})
    return SOURCES["soc_structure"].stamp(table)


def isco_groups(folder: Path) -> pd.DataFrame:
    """The major (one digit) and sub-major groups (two digits) of ISCO-08, with their short official titles."""
    rows = read(folder, "isco_groups")
    rows = rows[rows["code"].str.len() <= 2]
    expect("ISCO-08 groups of one and two digits", len(rows), 10 + 43)
    table = pd.DataFrame({"isco_group": rows["code"], "title": rows["preferredLabel"]})
    return SOURCES["isco_groups"].stamp(table)


def _targets(folder: Path) -> pd.DataFrame:
    """Pairs of O*NET-SOC 2010 and 2019 codes, columns old and new."""
    rows = read(folder, "onet_2010_to_2019").iloc[:, [0, 2]].drop_duplicates()
    return rows.set_axis(["old", "new"], axis=1)


def _zones_of(onet_version: str, zones: pd.Series, source: str, via: str) -> pd.DataFrame:
    table = pd.DataFrame(
        {"onet_version": onet_version, "onet_soc_code": zones.index, "job_zone": zones.to_numpy(), "via": via}
    )
    return SOURCES[source].stamp(table)


def job_zones(folder: Path) -> pd.DataFrame:
    """Job zones: of 20.1 from 18.1, else through the crosswalk from 30.1 (of several, the median, rounded down)."""
    old, new = (read(folder, f"zones_{v}").set_index(CODE)["Job Zone"].astype("int8") for v in ("18.1", "30.1"))
    expect("job zones of 18.1", len(old), 924)
    expect("job zones of 30.1", len(new), 923)
    targets = _targets(folder)
    targets = targets[~targets["old"].isin(old.index)].assign(zone=targets["new"].map(new))
    filled = targets.dropna(subset=["zone"]).groupby("old")["zone"].median().astype("int8")
    return pd.concat(
        [
            _zones_of("20.1", old, "zones_18.1", "O*NET 18.1"),
            _zones_of("20.1", filled, "zones_30.1", THROUGH),
            _zones_of("30.1", new, "zones_30.1", "O*NET 30.1"),
        ]
    )


def compared_job_zones(folder: Path) -> pd.DataFrame:
    """Zones of O*NET-SOC 2010 codes by three sources: the table of Handa et al. 2025 hangs on which is taken.

    Through the crosswalk the targets of a code share it equally; `-1` in the paper's file is no zone.
    """
    paper = read(folder, "aei_zones").query("JobZone != '-1'").drop_duplicates("SOCcode")
    expect("zones of wage_data.csv", len(paper), 969)
    old = read(folder, "zones_18.1")
    new = read(folder, "zones_30.1").set_index(CODE)["Job Zone"]
    through = _targets(folder).assign(zone=lambda pairs: pairs["new"].map(new))
    # a target without a zone takes its part of the occupation away
    through["weight"] = 1 / through.groupby("old")["new"].transform("size")
    through = through.dropna(subset=["zone"])
    parts = {
        "aei_zones": ("wage_data.csv", paper["SOCcode"], paper["JobZone"], 1.0),
        "zones_18.1": ("O*NET 18.1", old[CODE], old["Job Zone"], 1.0),
        "zones_30.1": (THROUGH, through["old"], through["zone"], through["weight"]),
    }
    rows = []
    for source, (name, codes, zones, weight) in parts.items():
        table = pd.DataFrame({"onet_soc_code": codes, "job_zone": zones.astype("int8"), "weight": weight})
        summed = table.groupby(["onet_soc_code", "job_zone"], as_index=False)["weight"].sum()
        rows.append(SOURCES[source].stamp(summed.assign(zone_source=name)))
    return pd.concat(rows)


def _ratings(folder: Path) -> pd.DataFrame:
    """Ratings of 30.1 by code and skill; a level that O*NET marks not relevant, or to be suppressed, is missing."""
    rows = read(folder, "skills_30.1").rename(columns={CODE: "new", "Element Name": "skill"})
    rows["value"] = rows["Data Value"].astype("float64")
    scales = {scale: part.set_index(["new", "skill"]) for scale, part in rows.groupby("Scale ID")}
    importance, level = scales["IM"], scales["LV"]
    is_relevant = level["Not Relevant"] != "Y"
    is_usable = is_relevant & (level["Recommend Suppress"] != "Y")
    table = pd.DataFrame(
        {
            "importance": importance["value"],
            "level": level["value"].where(is_usable),
            "is_level_relevant": is_relevant,
            "needed_share": (importance["value"] >= IS_NEEDED_FROM).astype("float64"),
        }
    ).reset_index()
    expect("skill ratings", len(table), 894 * 35)
    return table


def skills(folder: Path) -> pd.DataFrame:
    """Importance and level of the 35 skills; of 20.1 through the crosswalk, rated targets sharing equally.

    `needed_share` is the share of the codes behind an occupation with importance of at least 3.0.
    """
    new = _ratings(folder)
    old = (
        _targets(folder)
        .merge(new, on="new")
        .groupby(["old", "skill"], as_index=False)
        .agg(
            importance=("importance", "mean"),
            level=("level", "mean"),
            is_level_relevant=("is_level_relevant", "any"),
            needed_share=("needed_share", "mean"),
        )
        .round({"importance": 6, "level": 6})
    )
    parts = [
        old.rename(columns={"old": "onet_soc_code"}).assign(onet_version="20.1", via=THROUGH),
        new.rename(columns={"new": "onet_soc_code"}).assign(onet_version="30.1", via="O*NET 30.1"),
    ]
    return SOURCES["skills_30.1"].stamp(pd.concat(parts))


def crosswalks(folder: Path) -> pd.DataFrame:
    """Pairs of codes; the targets of a code share equally, because no official crosswalk carries weights."""
    parts = []
    for from_taxonomy, to_taxonomy, source, columns in CROSSWALKS:
        rows = read(folder, source).iloc[:, list(columns)].drop_duplicates()
        rows = rows.set_axis(["from_code", "to_code"], axis=1)
        targets = rows.groupby("from_code")["to_code"].transform("count")
        pairs = rows.assign(
            from_taxonomy=from_taxonomy,
            to_taxonomy=to_taxonomy,
            weight=1 / targets,
            is_ambiguous=targets > 1,
        )
        parts.append(SOURCES[source].stamp(pairs))
    return pd.concat(parts)
