"""Marts of invented homes, with the columns that dbt serves: rich, tiny, empty, and one person's own.

Numbers are invented from a seed; nothing of any corpus is here.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from economic_index.publish.served import ServedMarts

HOSTILE = '</script><script>alert(1)</script><img src=x onerror="alert(2)">'
GROUPS = {
    "15": ("Computer and Mathematical Occupations", 0.372, 0.034),
    "27": ("Arts, Design, Entertainment, Sports, and Media Occupations", 0.143, 0.014),
    "25": ("Educational Instruction and Library Occupations", 0.113, 0.058),
    "43": ("Office and Administrative Support Occupations", 0.089, 0.122),
    "13": ("Business and Financial Operations Occupations", 0.079, 0.066),
    "19": ("Life, Physical, and Social Science Occupations", 0.064, 0.009),
    "11": ("Management Occupations", 0.055, 0.069),
    "41": ("Sales and Related Occupations", 0.037, 0.088),
    "29": ("Healthcare Practitioners and Technical Occupations", 0.026, 0.061),
    "23": ("Legal Occupations", 0.012, 0.008),
    "35": ("Food Preparation and Serving Related Occupations", 0.006, 0.087),
    "53": ("Transportation and Material Moving Occupations", 0.004, 0.091),
}
PATTERNS = {"directive": 0.30, "task_iteration": 0.29, "learning": 0.24, "feedback_loop": 0.13, "validation": 0.04}
SKILLS = ("Reading Comprehension", "Critical Thinking", "Active Listening", "Writing", "Programming", "Mathematics")
WEEKS = [day.date() for day in pd.date_range("2026-01-05", periods=12, freq="W-MON")]
ALL_START = pd.Timestamp("2020-06-01").date()


def share(value: float, n: int, **cell: Any) -> dict[str, Any]:
    """One row of a share mart for everybody, all weeks, among the classified."""
    half = 1.96 * math.sqrt(max(value * (1 - value), 1e-4) / n * 1.8)
    return {
        "period_type": "all",
        "period_start": ALL_START,
        "segment_type": "all",
        "segment": "all",
        "footing": "of_classified",
        "usage_share": value,
        "usage_share_lo": max(value - half, 0.0004),
        "usage_share_hi": min(value + half, 1.0),
        "numerator": value * n,
        "denominator": float(n),
        "n_conversations": round(value * n),
        "n_users": round(value * n / 9) + 5,
        "n_eff": n / 1.8,
        "deff": 1.8,
        "df": 300.0,
        "interval_method": "wilson at n_eff",
        "interval_target": "process",
        "cluster_unit": "user",
        "floor": "15 conversations, 5 users",
        "is_suppressed": False,
        "presentation": "ok",
        "engine": "local",
        "onet_version": "20.1",
        **cell,
    }


def without_shares(row: dict[str, Any], *kept: str) -> dict[str, Any]:
    """The row of a mart that is no share mart: period, segment, and what is kept."""
    where = ("period_type", "period_start", "segment_type", "segment")
    return {name: value for name, value in row.items() if name in (*where, *kept)}


def with_hidden(rows: list[dict[str, Any]], cell: str) -> pd.DataFrame:
    """The rows, and what every share mart carries beside them: special cells, a hidden cell, the other footing."""
    n = int(rows[0]["denominator"])
    hidden = {"is_suppressed": True, "presentation": "suppressed", "usage_share": math.nan, "usage_share_lo": math.nan}
    extra = [
        share(0.30, 2 * n, **{cell: "_unclassified"}, footing="of_all"),
        share(0.20, 2 * n, **{cell: "_not_occupational"}, footing="of_all"),
        share(0.01, n, **{cell: "_suppressed"}) | hidden,
        rows[0] | {"footing": "of_all", "usage_share": rows[0]["usage_share"] / 2},
        rows[0] | {"segment_type": "product", "segment": "sharegpt", "usage_share": 0.999},
        rows[0] | {"period_type": "week", "period_start": WEEKS[0], "usage_share": 0.998},
    ]
    return pd.DataFrame([*rows, *extra])


def rich(*, dated: bool = True, n: int = 6000) -> dict[str, pd.DataFrame]:
    """A home with everything: dated weeks and known users, or assigned ones."""
    return {
        "mart_summary_of_home": _summary(n * 2, dated),
        "dim_weeks": _weeks(),
        "mart_accounting": _accounting(n),
        "mart_headlines": _headlines(n, dated),
        "mart_concentration": _concentration(n),
        "mart_changes": _changes(dated),
        "mart_trend": _trend(n // 12, dated),
        **_kinds_of_work(n),
        **_patterns(n),
        **_occupations(n),
        **_how_sure(n),
        "mart_corrected_shares": corrected_shares(),
    }


def tiny() -> dict[str, pd.DataFrame]:
    """Ten conversations: every cell is hidden, only the accounting and the summary have something to say."""
    hidden = {"is_suppressed": True, "presentation": "suppressed"}
    nothing = dict.fromkeys(("usage_share", "usage_share_lo", "usage_share_hi"), math.nan)
    groups = {"soc_group_title": "", "employment_share": math.nan, "baseline": "employment, OEWS May 2023"}
    ratios = {f"representation_ratio{end}": math.nan for end in ("", "_lo", "_hi")}
    withheld = share(0.5, 10) | hidden | nothing
    return {
        "mart_summary_of_home": _summary(10, dated=True),
        "mart_accounting": _accounting(5),
        "mart_soc_groups": pd.DataFrame([withheld | groups | ratios | {"soc_group": "_suppressed"}]),
        "mart_collaboration": pd.DataFrame([withheld | {"collaboration": "_suppressed"}]),
        "mart_automation": pd.DataFrame([withheld | {"mode": "_suppressed"}]),
        "mart_headlines": _headlines(10, dated=True).assign(
            **{name: math.nan for name in _headlines(10, dated=True).columns if "share" in name},
            largest_soc_group=None,
            largest_soc_group_title=None,
        ),
    }


def empty() -> dict[str, pd.DataFrame]:
    """A home in which nothing was read: every mart has its columns and no row."""
    return {name: frame.iloc[:0] for name, frame in rich().items()}


def one_person() -> dict[str, pd.DataFrame]:
    """One person's own export: no floor, never to be released."""
    frames = rich(n=400)
    frames["mart_summary_of_home"] = frames["mart_summary_of_home"].assign(audience="self", users=1)
    return frames


def hostile() -> dict[str, pd.DataFrame]:
    """Labels that try to end a script, to open a tag, or to run in a spreadsheet."""
    frames = rich()
    frames["mart_models"] = frames["mart_models"].assign(model_a=HOSTILE, model_b="=HYPERLINK(1)")
    frames["mart_wages"] = frames["mart_wages"].assign(title=HOSTILE)
    frames["mart_hierarchy"] = frames["mart_hierarchy"].assign(node_label=HOSTILE)
    frames["mart_summary_of_home"] = frames["mart_summary_of_home"].assign(sources=HOSTILE, model_hash=HOSTILE)
    return frames


def served(frames: dict[str, pd.DataFrame]) -> ServedMarts:
    """The frames as a build."""
    return ServedMarts.holding(frames, build_id="a-build")


def _summary(conversations: int, dated: bool) -> pd.DataFrame:
    row = {
        "conversations": conversations,
        "users": max(conversations // 15, 2),
        "sources": "chats",
        "first_week": WEEKS[0],
        "last_week": WEEKS[-1],
        "engine": "local",
        "model_hash": "3f9c1b7e22d04a51",
        "audience": "organisation",
        "is_time_assigned": not dated,
        "is_user_assigned": not dated,
    }
    return pd.DataFrame([row])


def _weeks() -> pd.DataFrame:
    states = ["filled"] * 9 + ["empty", "not_classified", "not_classified"]
    counts = {name: [100 if state == "filled" else 0 for state in states] for name in ("read_count", "labelled_count")}
    return pd.DataFrame({"week_start": WEEKS, "state": states, **counts, "rejected_count": 0})


def _accounting(n: int) -> pd.DataFrame:
    states = {"answered": n, "unclassified": n // 2, "not_occupational": n // 3, "language_not_measured": n // 6}
    whole = {"period_type": "all", "period_start": ALL_START, "segment_type": "all", "segment": "all"}
    rows = [
        {**whole, "measure": measure, "state": state, "conversations": number, **_weight(number, states)}
        for measure in ("collaboration", "task")
        for state, number in states.items()
    ]
    return pd.DataFrame(rows)


def _weight(number: int, states: dict[str, int]) -> dict[str, float]:
    return {"weight": float(number), "usage_share": number / sum(states.values())}


def _headlines(n: int, dated: bool) -> pd.DataFrame:
    row = {
        "period_type": "all",
        "period_start": ALL_START,
        "segment_type": "all",
        "segment": "all",
        "conversations": n * 2,
        "users": n // 7,
        "is_user_assigned": not dated,
        "cluster_unit": "user" if dated else "assigned_user",
        "occupational_share": 0.71,
        "occupational_share_lo": 0.69,
        "occupational_share_hi": 0.73,
        "screen_unclassified_share": 0.02,
        "task_unclassified_share": 0.25,
        "largest_soc_group": "15",
        "largest_soc_group_title": GROUPS["15"][0],
        "largest_soc_group_share": 0.372,
        "largest_soc_group_share_lo": 0.355,
        "largest_soc_group_share_hi": 0.389,
        "automation_share": 0.43,
        "automation_share_lo": 0.41,
        "automation_share_hi": 0.45,
        "top_10_tasks_share": 0.24,
        "engine": "local",
        "onet_version": "20.1",
        "audience": "organisation",
        "time_is_assigned": not dated,
    }
    return pd.DataFrame([row])


def _concentration(n: int) -> pd.DataFrame:
    ends = {"value": 0.24, "value_lo": 0.22, "value_hi": 0.26}
    kept = without_shares(share(0.24, n), "denominator", "n_conversations", "floor", "engine")
    row = {**kept, "footing": "of_classified", "statistic": "top_10_tasks", **ends, "n_cells": 120}
    return pd.DataFrame([row])


def _kinds_of_work(n: int) -> dict[str, pd.DataFrame]:
    groups = []
    for code, (title, value, employed) in GROUPS.items():
        row = share(value, n, soc_group=code, soc_group_title=title, employment_share=employed)
        ratios = {f"representation_ratio{end}": row[f"usage_share{end}"] / employed for end in ("", "_lo", "_hi")}
        groups.append({**row, **ratios, "baseline": "employment, OEWS May 2023"})
    groups[-1]["presentation"] = "interval only"
    groups[-2]["presentation"] = "imprecise"
    return {
        "mart_soc_groups": with_hidden(groups, "soc_group"),
        "mart_hierarchy": _hierarchy(n),
        "mart_published_comparison": _published(n),
        "mart_models": _models(n),
    }


def _hierarchy(n: int) -> pd.DataFrame:
    rows = []
    for code, (title, value, _) in list(GROUPS.items())[:6]:
        node = {"level": "soc_group", "node_id": code, "parent_id": None, "node_label": title, "node_rank": 1}
        rows.append(share(value, n, **node))
        for rank, part in enumerate((0.4, 0.2, 0.1, 0.05), start=1):
            name = f"{code}-10{rank}1.00"
            node = {"level": "occupation", "node_id": name, "parent_id": code, "node_rank": rank}
            rows.append(share(value * part, n, **node, node_label=f"Occupation number {rank} of a long name, {code}"))
        for rank in range(1, 6):
            node = {
                "level": "task",
                "node_id": f"{code}/{rank}",
                "parent_id": code,
                "node_rank": rank,
                "label_source": "bank",
            }
            label = f"Help with thing {rank} that such a group does, told in a sentence of some length"
            rows.append(share(value * 0.3 / rank, n, **node, node_label=label))
    return with_hidden(rows, "node_id")


def _published(n: int) -> pd.DataFrame:
    rows = []
    for code, (title, value, _) in GROUPS.items():
        shift = {"15": -0.08, "27": 0.05}.get(code, 0.001)
        rows.append(_compared("soc_group", code, title, value, value - shift, n))
    rows.append(_compared("automation", "automation", "automation", 0.43, 0.4255, n))
    rows += [_compared("collaboration", name, name, value, value + 0.02, n) for name, value in PATTERNS.items()]
    return pd.DataFrame(rows)


def _compared(measure: str, cell: str, label: str, ours: float, theirs: float, n: int) -> dict[str, Any]:
    ours_in_full = share(ours, n)
    kept = ("usage_share", "usage_share_lo", "usage_share_hi", "n_conversations")
    row = {name: ours_in_full[name] for name in kept}
    row |= {"measure": measure, "cell": cell, "cell_label": label, "published_share": theirs}
    row |= {"release": "2025-03-27", "platform": "claude_ai"}
    low, high = row["usage_share_lo"] - theirs, row["usage_share_hi"] - theirs
    verdict = "above" if low > 0 else "below" if high < 0 else "cannot tell"
    ends = {"share_difference": ours - theirs, "share_difference_lo": low, "share_difference_hi": high}
    return {**row, **ends, "verdict": verdict}


def _models(n: int) -> pd.DataFrame:
    rows = []
    for code, (title, value, _) in GROUPS.items():
        difference = {"15": 0.09, "27": -0.05}.get(code, 0.004)
        cell = {"soc_group": code, "soc_group_title": title, "model_a": "model-small", "model_b": "model-large"}
        ends = {"share_a": value, "share_b": value + difference, "share_difference": difference}
        interval = {"share_difference_lo": difference - 0.02, "share_difference_hi": difference + 0.02}
        where = without_shares(share(value, n), "engine")
        rows.append({**where, **cell, **ends, **interval, "n_a": n // 2, "n_b": n // 3})
    return pd.DataFrame(rows)


def _patterns(n: int) -> dict[str, pd.DataFrame]:
    modes = [share(0.43, n, mode="automation"), share(0.57, n, mode="augmentation"), *_parts(n)]
    by_group = [
        share(mode_share, max(round(n * value), 40), soc_group=code, soc_group_title=title, mode=mode)
        for number, (code, (title, value, _)) in enumerate(GROUPS.items())
        for mode, mode_share in (("automation", 0.62 - 0.03 * number), ("augmentation", 0.38 + 0.03 * number))
    ]
    patterns = [share(value, n, collaboration=name) for name, value in PATTERNS.items()]
    return {
        "mart_collaboration": with_hidden(patterns, "collaboration"),
        "mart_automation": with_hidden(modes, "mode"),
        "mart_automation_by_soc_group": with_hidden(by_group, "soc_group"),
    }


def _parts(n: int) -> list[dict[str, Any]]:
    """Automation by department and source; a part of which nothing is known is a part."""
    parts = {
        ("department", "research"): (0.31, n // 3),
        ("department", "sales"): (0.58, n // 4),
        ("department", "(unknown)"): (0.44, n // 6),
        ("source", "gateway"): (0.71, n // 2),
        ("source", "chats"): (0.39, n // 2),
    }
    floors = {"department": "15 conversations, 10 users", "source": "15 conversations, 5 users"}
    return [
        share(value, size, mode="automation", segment_type=kind, segment=part, floor=floors[kind])
        for (kind, part), (value, size) in parts.items()
    ]


CORRECTIONS = {
    ("automation", "automation"): (0.41, 0.46),
    ("automation", "augmentation"): (0.54, 0.50),
    ("automation", "_none"): (0.05, 0.04),
    ("use_case", "work"): (0.61, 0.55),
    ("use_case", "personal"): (0.28, 0.31),
    ("use_case", "coursework"): (0.11, 0.14),
}
"""Corrected and uncorrected, by facet and label."""


def corrected_shares(coder: str = "machine", **columns: Any) -> pd.DataFrame:
    """Rows of mart_corrected_shares: six that reviews correct, a hidden one, and one of which nothing is known."""
    same = {"period_type": "all", "period_start": ALL_START, "segment_type": "all", "segment": "all", "coder": coder}
    same |= {
        "interval_target": "process",
        "n_reviews": 200,
        "frame": "uniform",
        "interval_method": "post-stratified, Wilson",
    }
    same |= {"wanted_half_width": 0.05, "wanted_by": "by review", "reviews_wanted": 640.0, "engine": "local"}
    same |= {"is_suppressed": False, "presentation": "ok"}
    rows = [
        same
        | {"facet": facet, "label": label}
        | _ends("corrected_share", ours, 0.08)
        | _ends("uncorrected_share", raw, 0.03)
        for (facet, label), (ours, raw) in CORRECTIONS.items()
    ]
    nothing = dict.fromkeys(_ends("corrected_share", 0, 0), math.nan)
    hidden = nothing | {"is_suppressed": True, "label": "_suppressed"}
    unknown = nothing | {"facet": "intent", "label": "asking", "interval_method": "classifier error unknown"}
    return pd.DataFrame([*rows, rows[0] | hidden, rows[0] | unknown]).assign(**columns)


def assumed_shares(**columns: Any) -> pd.DataFrame:
    """Rows of mart_corrected_shares of a home that reviewed nothing: bands that leave out the engine's own share."""
    row = corrected_shares("none").iloc[-1].to_dict() | {"n_reviews": 0, "frame": None, "presentation": "uncorrected"}
    row |= {"wanted_by": None, "reviews_wanted": math.nan, "interval_method": "benchmark error rates assumed"}
    rows = [
        row
        | {"label": label, **_ends("uncorrected_share", raw, 0.03)}
        | {"corrected_share_lo": raw + 0.05, "corrected_share_hi": raw + 0.2}
        for label, raw in (("asking", 0.3), ("doing", 0.6))
    ]
    return pd.DataFrame(rows).assign(**columns)


def _ends(column: str, value: float, half: float) -> dict[str, float]:
    return {column: value, f"{column}_lo": max(0.0, value - half), f"{column}_hi": value + half}


def _occupations(n: int) -> dict[str, pd.DataFrame]:
    random = np.random.default_rng(7)
    wages = [
        share(
            float(0.002 * math.exp(random.normal(0, 1))),
            n,
            onet_soc_code=f"{number:02d}-1011.00",
            title=f"Occupation of a certain kind {number}",
            soc_group="15",
            median_wage=float(round(random.lognormal(11.1, 0.4))),
            currency="USD",
            wage_year=2023,
            is_top_coded=number == 3,
        )
        for number in range(80)
    ]
    skills = [
        share(0.9 - 0.08 * number, n, measure=measure, skill=skill)
        for measure in ("skills_needed", "skills")
        for number, skill in enumerate(SKILLS)
    ]
    kept = without_shares(share(0.3, n), "n_conversations", "n_users", "interval_method", "engine")
    correlation = {**kept, "statistic": "spearman", "n_occupations": 80, "value": 0.31}
    return {
        "mart_wages": with_hidden(wages, "onet_soc_code"),
        "mart_wage_correlation": pd.DataFrame([{**correlation, "value_lo": 0.12, "value_hi": 0.48}]),
        "mart_skills": with_hidden(skills, "skill"),
        "mart_job_zones": _job_zones(n),
        "mart_job_zone_sources": _job_zones_as_published(),
        "mart_depth_cdf": _depth(n),
    }


def _job_zones(n: int) -> pd.DataFrame:
    used = {"1": 0.004, "2": 0.094, "3": 0.165, "4": 0.543, "5": 0.194}
    baselines = {
        "occupations": (0.03, 0.28, 0.24, 0.27, 0.18),
        "employment": (0.08, 0.42, 0.2, 0.24, 0.06),
        "wage bill": (0.04, 0.29, 0.2, 0.36, 0.11),
        "task rows": (0.01, 0.12, 0.18, 0.36, 0.33),
    }
    rows = []
    for baseline, parts in baselines.items():
        for (zone, value), part in zip(used.items(), parts, strict=True):
            row = share(value, n, job_zone=zone, baseline=baseline, baseline_share=part)
            ratios = {f"representation_ratio{end}": row[f"usage_share{end}"] / part for end in ("", "_lo", "_hi")}
            rows.append({**row, **ratios})
    return with_hidden(rows, "job_zone")


def _job_zones_as_published() -> pd.DataFrame:
    """The printed table (Handa et al. 2025), and what its release gives for the highest zone."""
    printed = [(0.0023, 0.0057, 0.40), (0.094, 0.1206, 0.78), (0.165, 0.1763, 0.94), (0.5445, 0.3633, 1.50)]
    printed.append((0.1943, 0.3341, 0.58))
    where = {"segment": "2025-02-10 claude_ai", "zone_source": "wage_data.csv"}
    computed = {"ratio_to_used_rows": 0.597, "ratio_to_occupations": 1.197}
    names = ("printed_usage_share", "printed_baseline_share", "printed_ratio")
    return pd.DataFrame(
        [
            where | computed | {"job_zone": str(zone)} | dict(zip(names, row, strict=True))
            for zone, row in enumerate(printed, 1)
        ]
    )


def _depth(n: int) -> pd.DataFrame:
    rows = []
    for step in range(21):
        at_least = round(800 * math.exp(-step / 3.5)) if step else 974
        cell = {"threshold": step / 20, "occupation_count": 974, "occupations_at_least": at_least}
        where = without_shares(share(0.5, n), "n_conversations", "engine")
        rows.append({**where, **cell, "occupation_share": at_least / 974, "is_within_bank_reach": True})
    return pd.DataFrame(rows)


def _how_sure(n: int) -> dict[str, pd.DataFrame]:
    """What says how sure the figures are: ranks, baselines, other ways of counting, depth, parts of a change."""
    where = without_shares(share(0.5, n), "engine", "cluster_unit")
    ranks = [
        {
            **where,
            "measure": "soc_group",
            "cell": code,
            "place": place,
            "place_lo": max(1, place - 1),
            "place_hi": place + 1,
        }
        for place, code in enumerate(GROUPS, start=1)
    ]
    ranks[0] |= {"place_lo": 1, "place_hi": 1}
    ranks[1] |= {"place_lo": 2}
    ways = [("as printed", 0.43), ("each user once", 0.41), ("most that one user moves it", 0.004)]
    ways.append(("share of the top hundredth of users", 0.12))
    robust = [
        {"measure": "automation", "cell": "automation", "variant": way, "variant_number": number, "value": value}
        | {"value_lo": 0.38 if way == "each user once" else math.nan, "value_hi": 0.44, "n_conversations": n}
        for number, (way, value) in enumerate(ways)
    ]
    return {
        "mart_ranks": pd.DataFrame(ranks),
        "mart_robustness": pd.DataFrame(robust),
        "mart_representation": _representation(n),
        "mart_depth_rarefied": _drawn_down(n),
        "mart_decomposition": _decomposition(n),
        "mart_exposure_correlation": _exposure(n),
    }


def _representation(n: int) -> pd.DataFrame:
    rows = []
    for code, (title, value, employed) in GROUPS.items():
        for baseline, year in (("occupations", None), ("employment", 2023), ("employment", 2025)):
            row = share(value, n, soc_group=code, soc_group_title=title, baseline=baseline, baseline_year=year)
            ratios = {f"representation_ratio{end}": row[f"usage_share{end}"] / employed for end in ("", "_lo", "_hi")}
            rows.append(row | ratios | {"baseline_share": employed})
            rows[-1].pop("footing")
    return pd.DataFrame(rows)


def _drawn_down(n: int) -> pd.DataFrame:
    rows = []
    for segment_type, segment, most in (("all", "all", 10_000), ("published", "2025-02-10 claude_ai", 300_000)):
        for size in (1_000, 3_000, 10_000, 100_000, 300_000):
            cell = {"method": "conversations", "draw_size": size, "draw_floor": 15, "statistic": "at_least_25"}
            cell |= {"segment_type": segment_type, "segment": segment, "value": size / 10_000_000, "n_users": 400}
            is_ours = segment_type == "all"
            cell |= {"value_lo": size / 2e7 if is_ours else math.nan, "value_hi": size / 5e6 if is_ours else math.nan}
            cell |= {"period_type": "all" if is_ours else "window", "n_conversations": most}
            rows += [cell] if size <= most else []
    return pd.DataFrame(rows)


def _decomposition(n: int) -> pd.DataFrame:
    sides = {"period_type_a": "window", "period_start_a": ALL_START, "segment_a": "2025-03-27 claude_ai"}
    sides |= {"period_type_b": "all", "period_start_b": ALL_START, "segment_b": "all", "comparison": "published"}
    rows = []
    for component, value in (("mix", 0.03), ("within", -0.01), ("total", 0.02)):
        ends = {"value": value, "value_lo": value - 0.015, "value_hi": value + 0.015}
        verdict = "higher" if value > 0.015 else "cannot tell"
        shares = {"share_a": 0.43, "share_b": 0.45, "n_a": 900_000, "n_b": n, "verdict": verdict, "is_break": None}
        rows.append(sides | ends | shares | {"outcome": "automation", "level": "statement", "component": component})
    return pd.DataFrame(rows)


def _exposure(n: int) -> pd.DataFrame:
    where = without_shares(share(0.5, n), "n_conversations", "n_users", "engine")
    ends = {"value": 0.45, "value_lo": 0.3, "value_hi": 0.6, "n_occupations": 700}
    method = {"interval_method": "grouped jackknife over users, Fisher z"}
    measures = ("gpts_are_gpts_human_beta", "working_with_ai_applicability")
    return pd.DataFrame([where | ends | method | {"exposure_measure": measure} for measure in measures])


def _trend(n: int, dated: bool) -> pd.DataFrame:
    rows = []
    for number, week in enumerate(WEEKS):
        at = {"period_type": "week", "period_start": week, "is_trend_claimed": dated, "is_break": number == 7}
        wave = 0.03 * math.sin(number)
        for code, (title, value, _) in GROUPS.items():
            cell = {"measure": "soc_group", "cell": code, "cell_label": title}
            rows.append({**share(max(value + wave * value, 0.001), n), **at, **cell})
        for cell_name, value in (("automation", 0.43 + wave), ("augmentation", 0.57 - wave)):
            cell = {"measure": "automation", "cell": cell_name, "cell_label": cell_name}
            rows.append({**share(value, n), **at, **cell})
    return pd.DataFrame(rows)


def _changes(claimed: bool) -> pd.DataFrame:
    moves: Sequence[tuple[str, str, str, float, float]] = (
        ("soc_group", "15", GROUPS["15"][0], 0.340, 0.395),
        ("soc_group", "27", GROUPS["27"][0], 0.160, 0.120),
        ("automation", "automation", "automation", 0.430, 0.436),
    )
    rows = []
    for measure, cell, label, before, after in moves:
        low, high = after - before - 0.02, after - before + 0.02
        rows.append(
            {
                "measure": measure,
                "cell": cell,
                "cell_label": label,
                "period_type": "month",
                "period_start": pd.Timestamp("2026-03-01").date(),
                "previous_start": pd.Timestamp("2026-02-01").date(),
                "share_before": before,
                "share_after": after,
                "share_difference": after - before,
                "share_difference_lo": low,
                "share_difference_hi": high,
                "verdict": "grew" if low > 0 else "shrank" if high < 0 else "cannot tell",
                "is_claimed": claimed,
                "is_break": False,
            }
        )
    return pd.DataFrame(rows)
