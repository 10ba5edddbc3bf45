"""Published figures that our own rollups must print again, each with the mart cell that must hold it.

Every number here is a publisher's or was recovered from its files (method, section 2); none is computed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

FEBRUARY = "2025-02-10 claude_ai"
HANDA = "Handa et al. 2025"


@dataclass(frozen=True)
class Fixture:
    """One published figure: `digits` after the point are printed; our cell times `scale` must round to it.

    `is_wrong_answer`: a figure that a known mistake gives; ours must stay apart from it.
    """

    section: str
    what: str
    published: float
    digits: int
    mart: str
    where: Mapping[str, object]
    column: str
    scale: float = 1.0
    source: str = HANDA
    is_wrong_answer: bool = False


# Usage and US employment (May 2023) by SOC major group, per cent (Handa et al. 2025, figure 3 and its data)
SOC_GROUPS = {
    "15": (37.22, 3.41), "27": (10.28, 1.39), "25": (9.33, 5.76), "43": (7.87, 12.20), "19": (6.38, 0.91),
    "13": (5.93, 6.64), "17": (4.51, 1.67), "11": (4.48, 6.91), "51": (2.93, 5.78), "29": (2.58, 6.11),
    "41": (2.27, 8.81), "21": (2.07, 1.59), "23": (0.90, 0.82), "49": (0.72, 3.94), "35": (0.53, 8.72),
    "39": (0.46, 2.00), "47": (0.42, 4.10), "33": (0.38, 2.31), "53": (0.28, 9.06), "31": (0.27, 4.65),
    "37": (0.10, 2.92), "45": (0.07, 0.28),
}  # fmt: skip
PATTERNS = {"directive": 27.75, "feedback_loop": 14.80, "task_iteration": 31.33, "learning": 23.27, "validation": 2.85}
MARCH_PATTERNS = {
    "directive": 30.41, "feedback_loop": 12.66, "task_iteration": 24.84, "learning": 27.99, "validation": 4.11,
}  # fmt: skip
# conversations drawn: share of the 974 titles at 10 / 25 / 50 / 75 % of their tasks, and the mean depth, per cent
DRAWN_DOWN = {
    300_000: (40.23, 19.54, 6.38, 0.69, 13.12),
    100_000: (22.07, 8.37, 1.02, 0.00, 6.40),
    50_000: (13.47, 3.58, 0.24, 0.00, 3.73),
    10_000: (1.85, 0.33, 0.00, 0.00, 0.70),
}
DEPTH_STATISTICS = ("at_least_10", "at_least_25", "at_least_50", "at_least_75", "mean")
# Computer and Mathematical: share of all conversations as printed, and renormalised over classified ones
COMPUTING = {
    "2025-03-27 claude_ai": (39.52, 40.24),
    "2025-09-15 claude_ai": (35.9, 39.07),
    "2025-09-15 api": (44.0, 50.08),
    "2026-01-15 claude_ai": (33.7, 36.06),
    "2026-01-15 api": (45.8, 51.83),
    "2026-03-24 claude_ai": (29.99, 32.26),
    "2026-03-24 api": (46.69, 51.71),
}
TOTALS = {
    "2025-03-27 claude_ai": 973_636,
    "2025-09-15 claude_ai": 964_494,
    "2025-09-15 api": 944_638,
    "2026-01-15 claude_ai": 999_875,
    "2026-01-15 api": 971_525,
    "2026-03-24 claude_ai": 1_000_000,
    "2026-03-24 api": 1_000_000,
}
ZONE_FIVE = {"wage_data.csv": 1.20, "O*NET 18.1": 1.29, "O*NET 30.1 through the crosswalk": 1.23}
# ten largest tasks of all conversations, per cent
LARGEST_TEN = {"2026-01-15 claude_ai": 24.25, "2026-03-24 claude_ai": 19.44}


def fixtures() -> Iterator[Fixture]:
    """Every figure, in the order in which an economist would check them."""
    yield from _taxonomy()
    yield from _groups()
    yield from _patterns()
    yield from _depth()
    yield from _concentration()
    yield from _zones()
    yield from _later_releases()


def _taxonomy() -> Iterator[Fixture]:
    section = "Counts of the February 2025 release and of O*NET"
    onet: dict[str, object] = {"onet_version": "20.1"}
    for what, number, column in (
        ("distinct normalised statements, O*NET 20.1", 18_428, "statement_count"),
        ("titles that list tasks", 974, "occupation_count"),
    ):
        yield Fixture(section, what, number, 0, "mart_taxonomies", onet, column)
    release: dict[str, object] = {"segment": FEBRUARY}
    for what, number, column in (
        ("rows of the task file", 3_514, "task_cell_count"),
        ("rows after the join, with the unmatched none", 4_245, "joined_row_count"),
        ("titles used", 756, "used_occupation_count"),
        ("conversations behind the task file", 767_510, "conversation_count"),
        ("conversations behind the pattern file", 797_504, "pattern_conversation_count"),
        ("smallest published cell, conversations", 15, "smallest_cell"),
    ):
        yield Fixture(section, what, number, 0, "mart_published_releases", release, column)
    vintage: dict[str, object] = {"onet_version": "27.0"}
    for what, number, column in (
        ("task ids of O*NET 27.0", 19_265, "task_count"),
        ("of these, ids that O*NET 30.1 lists too", 18_739, "surviving_task_count"),
        ("of these, with another text", 58, "reworded_task_count"),
    ):
        yield Fixture(section, what, number, 0, "mart_taxonomies", vintage, column, source="O*NET 27.0 and 30.1")


def _groups() -> Iterator[Fixture]:
    section = "Usage by SOC major group, February 2025, per cent of classified conversations"
    for group, (usage, _) in SOC_GROUPS.items():
        where = _classified(FEBRUARY, soc_group=group)
        yield Fixture(section, f"group {group}", usage, 2, "mart_soc_groups", where, "usage_share", 100)
    section = "US employment by SOC major group, OEWS May 2023, per cent"
    for group, (_, employed) in SOC_GROUPS.items():
        where = {"soc_group": group}
        yield Fixture(section, f"group {group}", employed, 2, "dim_soc_groups", where, "employment_share", 100)
    full_credit: dict[str, object] = {
        "segment": FEBRUARY,
        "soc_group": "25",
        "rule": "full credit",
        "onet_version": "20.1",
    }
    what = "Education, if each occupation that lists a statement had it in full"
    yield Fixture(
        "What a known mistake gives, kept in the table of sensitivities",
        what,
        24.51,
        2,
        "mart_taxonomy_sensitivity",
        full_credit,
        "usage_share",
        100,
    )
    yield Fixture(
        "Wrong answers to stay apart from",
        "Education, if each occupation that lists a statement had it in full",
        24.51,
        2,
        "mart_soc_groups",
        _classified(FEBRUARY, soc_group="25"),
        "usage_share",
        100,
        is_wrong_answer=True,
    )


def _patterns() -> Iterator[Fixture]:
    for release, shares, modes, source in (
        (FEBRUARY, PATTERNS, {"automation": 42.55, "augmentation": 57.45}, HANDA),
        ("2025-03-27 claude_ai", MARCH_PATTERNS, {"automation": 43.1, "augmentation": 56.9}, "release of March 2025"),
    ):
        section = f"Patterns of {release}, per cent of the five"
        for pattern, share in shares.items():
            where = _classified(release, collaboration=pattern)
            name = pattern.replace("_", " ")
            yield Fixture(section, name, share, 2, "mart_collaboration", where, "usage_share", 100, source)
        for mode, share in modes.items():
            digits = 2 if release == FEBRUARY else 1
            where = _classified(release, mode=mode)
            yield Fixture(section, mode, share, digits, "mart_automation", where, "usage_share", 100, source)


def _depth() -> Iterator[Fixture]:
    section = "Depth, February 2025, per cent of 974 titles with at least a share of their tasks used"
    for threshold, share, digits in ((0.10, 57.2, 1), (0.25, 36.24, 2), (0.50, 11.50, 2), (0.75, 4.11, 2)):
        where = {"segment": FEBRUARY, "threshold": threshold}
        what = f"at least {threshold:.0%} of tasks"
        yield Fixture(section, what, share, digits, "mart_depth_cdf", where, "occupation_share", 100)
    section = "Depth drawn down to fewer conversations (expected, floor of 15 applied to the draw), per cent"
    drawn = {size: dict(zip(DEPTH_STATISTICS, shares, strict=True)) for size, shares in DRAWN_DOWN.items()}
    for size, shares in {**drawn, 767_510: {"mean": 21.13}}.items():
        for statistic, share in shares.items():
            where = {"segment": FEBRUARY, "draw_size": size, "draw_floor": 15, "statistic": statistic}
            what = f"{size:,} conversations, {statistic.replace('_', ' ')}"
            yield Fixture(section, what, share, 2, "mart_depth_rarefied", where, "value", 100, "hypergeometric")


def _concentration() -> Iterator[Fixture]:
    section = "Concentration of tasks, per cent"
    for statistic, of_all, classified in (("top_1_task", 4.79, 4.82), ("top_10_tasks", 21.15, 21.25)):
        for footing, share in (("of_all", of_all), ("of_classified", classified)):
            where = {"segment": FEBRUARY, "footing": footing, "statistic": statistic}
            what = f"{statistic.replace('_', ' ')}, {footing.replace('_', ' ')}"
            yield Fixture(section, what, share, 2, "mart_concentration", where, "value", 100)
    for release, share in LARGEST_TEN.items():
        where = {"segment": release, "footing": "of_all", "statistic": "top_10_tasks"}
        what = f"ten largest of {release}, of all"
        yield Fixture(section, what, share, 2, "mart_concentration", where, "value", 100, f"release {release}")


def _zones() -> Iterator[Fixture]:
    section = "Job Zone 5: usage over occupations, February 2025 (the paper prints 0.58)"
    for zone_source, ratio in ZONE_FIVE.items():
        where = {"segment": FEBRUARY, "zone_source": zone_source, "job_zone": "5"}
        what = f"zones of {zone_source}"
        yield Fixture(section, what, ratio, 2, "mart_job_zone_sources", where, "ratio_to_occupations")
        yield Fixture(
            "Wrong answers to stay apart from",
            f"Job Zone 5 over a baseline of another kind, zones of {zone_source}",
            0.58,
            2,
            "mart_job_zone_sources",
            where,
            "ratio_to_occupations",
            is_wrong_answer=True,
        )


def _later_releases() -> Iterator[Fixture]:
    section = "Conversations behind later task files"
    for release, total in TOTALS.items():
        where: dict[str, object] = {"segment": release}
        source = f"release {release}"
        yield Fixture(section, release, total, 0, "mart_published_releases", where, "conversation_count", source=source)
        what = f"{release}, smallest cell"
        yield Fixture(section, what, 15, 0, "mart_published_releases", where, "smallest_cell", source=source)
    section = "Computer and Mathematical in later releases, per cent"
    for release, (of_all, classified) in COMPUTING.items():
        source = f"release {release}"
        digits = 1 if of_all == round(of_all, 1) else 2
        where = {"segment": release, "footing": "of_all", "soc_group": "15"}
        what = f"{release}, of all conversations"
        yield Fixture(section, what, of_all, digits, "mart_soc_groups", where, "usage_share", 100, source)
        where = _classified(release, soc_group="15")
        what = f"{release}, of classified ones"
        yield Fixture(section, what, classified, 2, "mart_soc_groups", where, "usage_share", 100, source)


def _classified(release: str, **cell: object) -> dict[str, object]:
    return {"segment": release, "footing": "of_classified"} | cell
