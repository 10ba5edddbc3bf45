"""Build the shipped facts from the publishers' files: `python -m economic_index.taxonomy.build_facts FROM [TO]`.

Codes, names, ratings and figures only: no task statement and no activity title goes in. Rebuilding gives
identical bytes.
"""

import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from economic_index.contracts.reference import FACT_TABLES
from economic_index.taxonomy.codes import normalise, soc_group, statement_hash
from economic_index.taxonomy.source_files import ORIGINS, RELEASE, read_text, sha256_of

FACTS = Path(__file__).parent / "facts"
CODE = "O*NET-SOC Code"
N_TASKS, N_PATTERNS = (
    767_510,
    797_504,
)  # every published percentage times N is a whole number (method, section 2)
NEEDED = 3.0


class FactsDiffer(Exception):
    """The files are not those that the method counts on."""


def expect(what: str, found: int, wanted: int) -> None:
    """Stop on another count than the method's (section 2)."""
    if found != wanted:
        raise FactsDiffer(f"{what}: {found}, expected {wanted}. Use the files named in docs/reference_data.md.")


def onet_tasks(source: Path) -> pd.DataFrame:
    """Task ids of 20.1, 27.0 and 30.1 with the hash of their statement."""
    files = {
        "20.1": source / RELEASE / "onet_task_statements.csv",
        "27.0": source / "onet_27_0/Task Statements.txt",
        "30.1": source / "onet_30_1/Task Statements.txt",
    }
    parts = []
    for version, path in files.items():
        rows = read_text(path)
        kinds = rows["Task Type"].where(rows["Task Type"].isin(["Core", "Supplemental"]))
        parts.append(
            pd.DataFrame(
                {
                    "onet_version": version,
                    "statement_hash": rows["Task"].map(statement_hash),
                    "onet_soc_code": rows[CODE],
                    "task_id": rows["Task ID"].astype("int64"),
                    "task_type": kinds,
                }
            )
        )
    expect("distinct statements of 20.1", parts[0]["statement_hash"].nunique(), 18_428)
    expect("titles of 20.1", parts[0]["onet_soc_code"].nunique(), 974)
    return pd.concat(parts)


def occupations(source: Path) -> pd.DataFrame:
    """Codes and titles of both taxonomies."""
    walk = read_text(source / "soc_crosswalks/2010_to_2019_Crosswalk.csv")
    old = walk[["O*NET-SOC 2010 Code", "O*NET-SOC 2010 Title"]].drop_duplicates()
    new = read_text(source / "onet_30_1/Occupation Data.txt")[[CODE, "Title"]]
    parts = []
    for taxonomy, rows in (("onet_soc_2010", old), ("onet_soc_2019", new)):
        codes = rows.iloc[:, 0]
        parts.append(
            pd.DataFrame(
                {
                    "soc_taxonomy": taxonomy,
                    "onet_soc_code": codes,
                    "title": rows.iloc[:, 1],
                    "soc_group": codes.map(soc_group),
                }
            )
        )
    return pd.concat(parts)


def soc_groups(source: Path) -> pd.DataFrame:
    """The 22 civilian major groups, and 55 (military)."""
    rows = read_text(source / RELEASE / "SOC_Structure.csv")
    major = rows[rows["Major Group"] != ""]
    titles = major.iloc[:, -1].str.replace(r" Occupations$", "", regex=True)
    groups = pd.DataFrame({"soc_group": major["Major Group"].map(soc_group), "title": titles})
    expect("SOC major groups", len(groups), 23)
    return groups


def _walk(source: Path) -> pd.DataFrame:
    """O*NET-SOC 2010 to 2019, every target with an equal share."""
    rows = read_text(source / "soc_crosswalks/2010_to_2019_Crosswalk.csv").iloc[:, [0, 2]].drop_duplicates()
    rows.columns = pd.Index(["old", "new"])
    return rows


def job_zones(source: Path) -> pd.DataFrame:
    """Job zones: of 20.1 from 18.1, else by the crosswalk from 30.1 (the median zone, rounded down)."""
    frames = {v: read_text(source / f"onet_{v}/Job Zones.txt") for v in ("18_1", "30_1")}
    zones = {v: f.set_index(CODE)["Job Zone"].astype("int8") for v, f in frames.items()}
    walk = _walk(source)
    through = walk.assign(zone=walk["new"].map(zones["30_1"])).dropna().groupby("old")["zone"].median()
    filled = through[~through.index.isin(zones["18_1"].index)].astype("int8")
    parts = [
        ("20.1", zones["18_1"], "O*NET 18.1"),
        ("20.1", filled, "O*NET 30.1 through the crosswalk"),
        ("30.1", zones["30_1"], "O*NET 30.1"),
    ]
    return pd.concat(
        [
            pd.DataFrame({"onet_version": v, "onet_soc_code": z.index, "job_zone": z.to_numpy(), "via": via})
            for v, z, via in parts
        ]
    )


def skills(source: Path) -> pd.DataFrame:
    """Importance and level of the 35 skills; `needed_share` is the share of codes with importance >= 3.0."""
    rows = read_text(source / "onet_30_1/Skills.txt")
    rows["value"] = rows["Data Value"].astype("float64")
    importance = rows[rows["Scale ID"] == "IM"].set_index([CODE, "Element Name"])["value"]
    level_rows = rows[rows["Scale ID"] == "LV"].set_index([CODE, "Element Name"])
    new = pd.DataFrame(
        {
            "importance": importance,
            "level": level_rows["value"],
            "is_level_relevant": level_rows["Not Relevant"] != "Y",
        }
    ).reset_index(names=["new", "skill"])
    expect("skill ratings", len(new), 894 * 35)
    new["needed_share"] = (new["importance"] >= NEEDED).astype("float64")
    joined = _walk(source).merge(new, on="new")
    old = joined.groupby(["old", "skill"], as_index=False).agg(
        importance=("importance", "mean"),
        level=("level", "mean"),
        is_level_relevant=("is_level_relevant", "all"),
        needed_share=("needed_share", "mean"),
    )
    old["importance"], old["level"] = old["importance"].round(6), old["level"].round(6)
    parts = [
        old.rename(columns={"old": "onet_soc_code"}).assign(
            onet_version="20.1", via="O*NET 30.1 through the crosswalk"
        ),
        new.rename(columns={"new": "onet_soc_code"}).assign(onet_version="30.1", via="O*NET 30.1"),
    ]
    return pd.concat(parts)


def task_activities(source: Path) -> pd.DataFrame:
    """DWAs of a task id: of 20.1 from 30.1, else 27.0, else 18.1; ids that 30.1 lacks are dropped (rule 14)."""
    links = {}
    for version in ("30_1", "27_0", "18_1"):
        rows = read_text(source / f"onet_{version}/Tasks to DWAs.txt")
        links[version] = pd.DataFrame(
            {
                "task_id": rows["Task ID"].astype("int64"),
                "dwa_id": rows["DWA ID"],
                "via": version.replace("_", "."),
            }
        ).drop_duplicates(["task_id", "dwa_id"])
    known = set(activities(source)["dwa_id"])
    tasks = onet_tasks(source)
    parts = [links["30_1"].assign(onet_version="30.1")]
    for version, order in (("27.0", ("27_0",)), ("20.1", ("30_1", "27_0", "18_1"))):
        missing = set(tasks.loc[tasks["onet_version"] == version, "task_id"])
        for name in order:
            found = links[name][links[name]["task_id"].isin(missing) & links[name]["dwa_id"].isin(known)]
            parts.append(found.assign(onet_version=version))
            missing -= set(found["task_id"])
    return pd.concat(parts)


def activities(source: Path) -> pd.DataFrame:
    """DWA, IWA and GWA ids, and the names of the 41 GWAs."""
    rows = read_text(source / "onet_30_1/DWA Reference.txt")
    model = read_text(source / "onet_30_1/Content Model Reference.txt").set_index("Element ID")["Element Name"]
    expect("DWAs", rows["DWA ID"].nunique(), 2_087)
    expect("IWAs", rows["IWA ID"].nunique(), 332)
    return pd.DataFrame(
        {
            "dwa_id": rows["DWA ID"],
            "iwa_id": rows["IWA ID"],
            "gwa_id": rows["Element ID"],
            "gwa_name": rows["Element ID"].map(model),
        }
    )


def crosswalks(source: Path) -> pd.DataFrame:
    """Pairs of codes; the targets of a code share equally."""
    files = [
        ("onet_soc_2010", "onet_soc_2019", "2010_to_2019_Crosswalk.csv", (0, 2)),
        ("onet_soc_2010", "soc_2018", "2010_to_2018_SOC_Crosswalk.csv", (0, 2)),
        ("onet_soc_2019", "soc_2018", "2019_to_SOC_Crosswalk.csv", (0, 2)),
        ("onet_soc_2019", "oews", "nem-onet-to-soc-crosswalk.csv", (1, 3)),
        ("soc_2010", "soc_2018", "soc_2010_to_2018_crosswalk.csv", (0, 2)),
    ]
    parts = []
    for from_taxonomy, to_taxonomy, name, columns in files:
        rows = read_text(source / "soc_crosswalks" / name).iloc[:, list(columns)].drop_duplicates()
        rows.columns = pd.Index(["from_code", "to_code"])
        rows = rows[rows["from_code"].str.match(r"\d\d-\d{4}") & rows["to_code"].str.match(r"\d\d-\d{4}")]
        targets = rows.groupby("from_code")["to_code"].transform("count")
        parts.append(
            rows.assign(
                from_taxonomy=from_taxonomy,
                to_taxonomy=to_taxonomy,
                weight=1 / targets,
                is_ambiguous=targets > 1,
            )
        )
    return pd.concat(parts)


def _number(cells: pd.Series) -> pd.Series:
    return pd.to_numeric(cells.str.replace(",", ""), errors="coerce").astype("float64")


def labour_market(source: Path) -> pd.DataFrame:
    """Employment and annual wages, OEWS May 2023 and May 2025; missing and top-coded are not numbers."""
    rows = read_text(source / "bls_oews_2023/national_M2023_dl.csv")
    rows = rows[rows["O_GROUP"].isin(["major", "detailed"])]
    first = pd.DataFrame(
        {
            "year": 2023,
            "occupation_code": rows["OCC_CODE"],
            "is_major": rows["O_GROUP"] == "major",
            "employment": _number(rows["TOT_EMP"]),
            "employment_rse": _number(rows["EMP_PRSE"]) / 100,
            "median_wage": _number(rows["A_MEDIAN"]),
            "mean_wage": _number(rows["A_MEAN"]),
            "is_top_coded": rows["A_MEDIAN"] == "#",
        }
    )
    rows = read_text(source / "bls_oews_2025/national.csv")
    is_major = rows["soc_code"].str.endswith("-0000") & (rows["soc_code"] != "00-0000")
    keep = is_major | (rows["display_level"] == "3")
    rows, is_major = rows[keep], is_major[keep]
    second = pd.DataFrame(
        {
            "year": 2025,
            "occupation_code": rows["soc_code"],
            "is_major": is_major,
            "employment": _number(rows["employment"]),
            "employment_rse": _number(rows["employment_rse_pct"]) / 100,
            "median_wage": _number(rows["median_annual_wage"]),
            "mean_wage": _number(rows["mean_annual_wage"]),
            "is_top_coded": rows["footnote_median_annual"].str.contains("4"),
        }
    )
    both = pd.concat([first, second])
    both["soc_taxonomy"] = both["is_major"].map({True: "soc_group", False: "oews"})
    both["occupation_code"] = both["occupation_code"].where(~both["is_major"], both["occupation_code"].str[:2])
    return both.assign(country="US", currency="USD").drop(columns="is_major")


def published_cells(source: Path) -> pd.DataFrame:
    """The February 2025 shares of statements and patterns, with the whole numbers behind them."""
    tasks = read_text(source / RELEASE / "onet_task_mappings.csv")
    expect("published statements", len(tasks), 3_514)
    names = tasks["task_name"].map(normalise)
    patterns = read_text(source / RELEASE / "automation_vs_augmentation.csv")
    parts = [
        _cells(
            "task",
            "statement",
            names.map(lambda t: "none" if t == "none" else statement_hash(t)),
            tasks["pct"],
            N_TASKS,
        ),
        _cells(
            "collaboration",
            "label",
            patterns["interaction_type"].str.replace(" ", "_"),
            patterns["pct"],
            N_PATTERNS,
        ),
    ]
    return pd.concat(parts)


def _cells(facet: str, level: str, nodes: pd.Series, percentages: pd.Series, total: int) -> pd.DataFrame:
    shares = percentages.astype("float64") / 100
    counts = (shares * total).round()
    if ((shares * total - counts).abs() > 1e-3).any():
        raise FactsDiffer(f"{facet}: a published percentage times {total} is not a whole number.")
    is_task = facet == "task"
    return pd.DataFrame(
        {
            "release": "2025-02-10",
            "platform": "claude_ai",
            "window_start": date(2024, 12, 16),
            "window_end": date(2024, 12, 23),
            "geography": "global",
            "facet": facet,
            "level": level,
            "variable": "share",
            "node_id": nodes,
            "value": shares,
            "total_conversation_count": total,
            "conversation_count": counts.astype("int64"),
            "floor_conversations": 15 if is_task else pd.NA,
            "floor_users": 5 if is_task else pd.NA,
            "is_renormalised": False,
            "onet_version": "20.1" if is_task else None,
            "grade": "A",
        }
    )


BUILDERS: dict[str, Callable[[Path], pd.DataFrame]] = {
    builder.__name__: builder
    for builder in (
        onet_tasks,
        occupations,
        soc_groups,
        job_zones,
        skills,
        task_activities,
        activities,
        crosswalks,
        labour_market,
        published_cells,
    )
}


def build(source: Path, target: Path = FACTS) -> None:
    """Build every fact table, and the manifest that names where each comes from."""
    target.mkdir(parents=True, exist_ok=True)
    manifest = {}
    for table in FACT_TABLES:
        origin = ORIGINS[table.name]
        rows = BUILDERS[table.name](source).assign(vintage=origin.vintage, licence_id=origin.licence_id)
        rows = table.schema.validate(rows[list(table.schema.columns)])
        rows = rows.sort_values(list(table.unique)).reset_index(drop=True)
        path = target / f"{table.name}.parquet"
        arrow = pa.Table.from_pandas(rows, schema=table.arrow_schema(), preserve_index=False)
        pq.write_table(arrow.replace_schema_metadata(None), path, compression="zstd", compression_level=19)
        manifest[table.name] = {
            "rows": len(rows),
            "sha256": sha256_of(path),
            "url": origin.url,
            "vintage": origin.vintage,
            "licence_id": origin.licence_id,
            "sources": {name: sha256_of(source / name) for name in origin.files},
        }
    (target / "manifest.json").write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n")


if __name__ == "__main__":
    build(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else FACTS)
