"""The tables of `reference/`: facts of O*NET, SOC, BLS and the published index, and the task bank.

Facts are built by taxonomy/build_facts.py; sentences (`onet_statements`) are fetched, never shipped.
"""

from economic_index.contracts.columns import Table, day, flag, real, table, text, whole

_ORIGIN = {
    "vintage": text("Release or date of the source."),
    "licence_id": text("SPDX-like name of the source's licence."),
}


def _reference(name: str, grain: str, columns: dict[str, object], unique: tuple[str, ...]) -> Table:
    return table("reference", name, grain, {**columns, **_ORIGIN}, unique=unique)


ONET_TASKS = _reference(
    "onet_tasks",
    "One row per O*NET version and task id.",
    {
        "onet_version": text("O*NET version."),
        "statement_hash": text("First 16 hex of SHA-256 of the normalised statement."),
        "onet_soc_code": text("O*NET-SOC code that lists the task."),
        "task_id": whole("O*NET task id."),
        "task_type": text("Core or Supplemental.", nullable=True),
    },
    ("onet_version", "task_id"),
)
ONET_STATEMENTS = _reference(
    "onet_statements",
    "One row per O*NET version and statement: its text, fetched, never shipped.",
    {
        "onet_version": text("O*NET version."),
        "statement_hash": text("First 16 hex of SHA-256 of the normalised statement."),
        "statement": text("The statement."),
    },
    ("onet_version", "statement_hash"),
)
BANK_TASKS = _reference(
    "bank_tasks",
    "One row per task of the project's own task bank.",
    {
        "bank_task_id": text("Id in the bank."),
        "label": text("The task in our own words."),
        "bank_version": text("Hash of the bank."),
    },
    ("bank_task_id",),
)
BANK_LINKS = _reference(
    "bank_links",
    "One row per bank task, O*NET version, statement and task id that it stands for.",
    {
        "bank_task_id": text("Id in the bank."),
        "onet_version": text("O*NET version."),
        "statement_hash": text("Statement that the bank task stands for."),
        "task_id": whole("O*NET task id with that statement."),
        "weight": real("Share of the bank task that falls to the statement; the same on each of its ids."),
    },
    ("bank_task_id", "onet_version", "statement_hash", "task_id"),
)
OCCUPATIONS = _reference(
    "occupations",
    "One row per taxonomy and occupation.",
    {
        "soc_taxonomy": text("onet_soc_2010 or onet_soc_2019."),
        "onet_soc_code": text("O*NET-SOC code."),
        "title": text("Title of the occupation."),
        "soc_group": text("Two-digit SOC major group."),
    },
    ("soc_taxonomy", "onet_soc_code"),
)
SOC_GROUPS = _reference(
    "soc_groups",
    "One row per SOC major group.",
    {"soc_group": text("Two digits."), "title": text("Title of the group.")},
    ("soc_group",),
)
JOB_ZONES = _reference(
    "job_zones",
    "One row per O*NET version and occupation that has a job zone.",
    {
        "onet_version": text("O*NET version."),
        "onet_soc_code": text("O*NET-SOC code."),
        "job_zone": whole("Job zone, 1 to 5.", 8),
        "via": text("Where the zone comes from."),
    },
    ("onet_version", "onet_soc_code"),
)
COMPARED_JOB_ZONES = _reference(
    "compared_job_zones",
    "One row per source of zones, O*NET-SOC 2010 code and job zone: for the comparison of published zone tables alone.",
    {
        "zone_source": text("Where the zones come from."),
        "onet_soc_code": text("O*NET-SOC 2010 code."),
        "job_zone": whole("1 to 5.", 8),
        "weight": real("Part of the occupation in the zone: several targets of the crosswalk share equally."),
    },
    ("zone_source", "onet_soc_code", "job_zone"),
)
HEADCOUNTS = _reference(
    "headcounts",
    "One row per occupation code of the organisation's own headcount, if it brought one.",
    {
        "occupation_code": text("SOC code: two digits, or a detailed code that starts with them."),
        "soc_group": text("Two-digit SOC major group."),
        "headcount": real("People."),
    },
    ("occupation_code",),
)
SKILLS = _reference(
    "skills",
    "One row per O*NET version, occupation and skill.",
    {
        "onet_version": text("O*NET version."),
        "onet_soc_code": text("O*NET-SOC code."),
        "skill": text("Name of the O*NET skill."),
        "importance": real("Importance, 1 to 5.", nullable=True),
        "level": real("Level, 0 to 7.", nullable=True),
        "is_level_relevant": flag("The level may be used."),
        "needed_share": real("Share of the codes behind this occupation with importance of at least 3.0."),
        "via": text("Where the rating comes from."),
    },
    ("onet_version", "onet_soc_code", "skill"),
)
TASK_ACTIVITIES = _reference(
    "task_activities",
    "One row per O*NET version, task id and detailed work activity.",
    {
        "onet_version": text("O*NET version of the task id."),
        "task_id": whole("O*NET task id."),
        "dwa_id": text("Detailed work activity."),
        "via": text("O*NET version whose link it is."),
    },
    ("onet_version", "task_id", "dwa_id"),
)
ACTIVITIES = _reference(
    "activities",
    "One row per detailed work activity, with what stands above it.",
    {
        "dwa_id": text("Detailed work activity."),
        "iwa_id": text("Intermediate work activity."),
        "gwa_id": text("Generalised work activity."),
        "gwa_name": text("Name of the generalised work activity."),
    },
    ("dwa_id",),
)
CROSSWALKS = _reference(
    "crosswalks",
    "One row per pair of codes of two taxonomies.",
    {
        "from_taxonomy": text("Taxonomy of from_code."),
        "from_code": text("Code."),
        "to_taxonomy": text("Taxonomy of to_code."),
        "to_code": text("Code."),
        "weight": real("1/n of from_code's n targets."),
        "is_ambiguous": flag("from_code has several targets."),
    },
    ("from_taxonomy", "from_code", "to_taxonomy", "to_code"),
)
ISCO_GROUPS = _reference(
    "isco_groups",
    "One row per major (one digit) and sub-major (two digits) group of ISCO-08.",
    {"isco_group": text("One or two digits."), "title": text("Title of the group.")},
    ("isco_group",),
)
EXPOSURES = _reference(
    "exposures",
    "One row per measure of exposure to AI and occupation that it rates.",
    {
        "exposure_measure": text("Study, rater where it has several, and variant."),
        "soc_taxonomy": text("onet_soc_2019 or oews."),
        "occupation_code": text("Code in that taxonomy."),
        "value": real("Exposure as the study gives it, 0 to 1."),
    },
    ("exposure_measure", "occupation_code"),
)
TASK_EXPOSURES = _reference(
    "task_exposures",
    "One row per measure of exposure to AI, O*NET version, statement and, where the measure rates ids, task id.",
    {
        "exposure_measure": text("Study, rater where it has several, and variant."),
        "onet_version": text("O*NET version whose tasks are rated."),
        "statement_hash": text("First 16 hex of SHA-256 of the normalised statement."),
        "task_id": whole("O*NET task id.", nullable=True),
        "value": real("Exposure as the study gives it, 0 to 1."),
    },
    ("exposure_measure", "onet_version", "statement_hash", "task_id"),
)
LABOUR_MARKET = _reference(
    "labour_market",
    "One row per country, year, taxonomy and occupation or group.",
    {
        "country": text("ISO 3166-1 alpha-2."),
        "currency": text("ISO 4217.", nullable=True),
        "year": whole("Year of the survey.", 32),
        "soc_taxonomy": text("oews (detailed occupations) or soc_group (two digits)."),
        "occupation_code": text("Code in that taxonomy."),
        "employment": real("Persons employed.", nullable=True),
        "employment_rse": real("Relative standard error of employment, as a fraction.", nullable=True),
        "median_wage": real("Median annual wage.", nullable=True),
        "mean_wage": real("Mean annual wage.", nullable=True),
        "is_top_coded": flag("The median wage is at or above the top code."),
    },
    ("country", "year", "soc_taxonomy", "occupation_code"),
)
PUBLISHED_CELLS = _reference(
    "published_cells",
    "One row per published release, platform and cell.",
    {
        "release": text("Date of the release."),
        "platform": text("claude_ai or api: whose conversations were counted."),
        "platform_and_product": text("The same in the publisher's words."),
        "window_start": day("First day of the conversations."),
        "window_end": day("Last day of the conversations, as published."),
        "geo_id": text("Id of the place, as published; GLOBAL for all."),
        "geography": text("global or country."),
        "facet": text("Facet, as published; two joined by :: are one within the other."),
        "level": whole("Level of the node in its hierarchy, as published.", 32),
        "variable": text("What the value is, as published."),
        "node_id": text("Statement hash, code, label, none or not_classified; parts joined by ::."),
        "value": real("The value as published: percentages are per cent."),
        "total_conversation_count": whole("Conversations behind the file, or behind the task.", nullable=True),
        "conversation_count": whole("Conversations behind the cell.", nullable=True),
        "floor_conversations": whole("Floor on conversations.", 32, nullable=True),
        "floor_users": whole("Floor on accounts.", 32, nullable=True),
        "is_renormalised": flag("The published shares leave special cells out of the denominator."),
        "onet_version": text("O*NET version of the node.", nullable=True),
        "grade": text("A official, E extract of an official file, P printed in the paper, B noted by a third party."),
    },
    (
        *("release", "platform", "window_start", "geography", "geo_id"),
        *("facet", "level", "variable", "node_id"),
    ),
)
PUBLISHED_NAMES = _reference(
    "published_names",
    "One row per facet and node whose published name is not its key: of imported files, never shipped.",
    {
        "facet": text("Facet, as published."),
        "node_id": text("As in reference/published_cells."),
        "name": text("Name of the cluster, as published."),
    },
    ("facet", "node_id"),
)
PUBLISHED_CELLS_REJECTED = _reference(
    "published_cells_rejected",
    "One row per line of an imported file that is no cell, with the reason.",
    {
        "file": text("Base name of the file."),
        "line": whole("Line in it, the header being the first."),
        "reason": text("Why it is none, and the remedy."),
    },
    ("file", "line"),
)

FACT_TABLES = (
    ONET_TASKS,
    OCCUPATIONS,
    SOC_GROUPS,
    JOB_ZONES,
    COMPARED_JOB_ZONES,
    SKILLS,
    TASK_ACTIVITIES,
    ACTIVITIES,
    CROSSWALKS,
    ISCO_GROUPS,
    EXPOSURES,
    TASK_EXPOSURES,
    LABOUR_MARKET,
    PUBLISHED_CELLS,
)
REFERENCE_TABLES = (
    *FACT_TABLES,
    ONET_STATEMENTS,
    BANK_TASKS,
    BANK_LINKS,
    HEADCOUNTS,
    PUBLISHED_NAMES,
    PUBLISHED_CELLS_REJECTED,
)
