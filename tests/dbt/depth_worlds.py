"""Small worlds for the models of depth, as the tables that these models read: what the index must say is elsewhere."""

from typing import Any

import pandas as pd
from compiled import Rows
from depth_by_hand import Uses

RAREFIED = [
    "int_statements_listed_by_occupation",
    "int_users_counted_by_statement",
    "int_users_grouped_in_depth",
    "int_statements_counted_within_groups",
    "int_units_counted_in_replicates",
    "int_statement_units_counted_in_replicates",
    "int_draws_listed",
    "int_statement_chances_computed",
    "int_occupation_depths_rarefied",
    "int_coverages_computed",
    "int_depth_interpolated_on_coverage",
    "int_depth_figures_computed",
    "mart_depth_rarefied",
]
"""In the order in which they read each other."""
RAW = [
    "int_statements_counted_as_used",
    "int_activities_picked_by_mappings",
    "int_activities_listed_by_occupation",
    "int_activities_counted_as_used",
    "mart_depth",
    "mart_depth_cdf",
]
VERSION = "20.1"
ALL_KEY, CLASSIFIED_KEY = 1_000_001, 1_000_002
ONE = {"period_key": 1, "segment_key": 1}


def named(period_type: str, segment_type: str, floor_conversations: int, floor_users: int) -> dict[str, Rows]:
    """One period, one segment, and its floors."""
    floors = {"floor_conversations": floor_conversations, "floor_users": floor_users, "are_users_logged": True}
    floors |= {"is_self": False}
    described = ONE | {"engine": "claude", "onet_version": VERSION, "cluster_unit": "user"}
    return {
        "int_periods_listed": [{"period_key": 1, "period_type": period_type, "period_start": "2020-06-01"}],
        "int_segments_numbered": [{"segment_key": 1, "segment_type": segment_type, "segment": "one"}],
        "int_segments_described": [described],
        "int_floors_chosen": [floors],
    }


def counted(counts: pd.Series, total: int) -> dict[str, Rows]:
    """Cells of statements (and special ones) with their conversations, of `total` conversations."""
    cells = pd.DataFrame({"cell": counts.index, "n_conversations": counts.to_numpy(), "cell_key": range(len(counts))})
    cells = cells.assign(measure="statement_alone", footing="of_all", parent_cell="", **ONE)
    cells["is_special"] = cells["cell"].str.startswith("_")
    denominators = [
        {"cell_key": ALL_KEY, "measure": "statement_alone", "cell": "_all"},
        {"cell_key": CLASSIFIED_KEY, "measure": "statement_alone", "cell": "_classified"},
    ]
    classified = int(cells.loc[~cells["is_special"], "n_conversations"].sum())
    keys = ["period_key", "segment_key", "cell_key", "footing", "n_conversations"]
    return {
        "int_cells_counted": cells[keys],
        "int_denominators_listed": cells[["cell_key", "measure", "parent_cell", "cell", "footing", "is_special"]],
        "int_cells_numbered": denominators,
        "int_denominators_totalled": [
            ONE | {"denominator_key": ALL_KEY, "n_conversations": total},
            ONE | {"denominator_key": CLASSIFIED_KEY, "n_conversations": classified},
        ],
    }


def listed(listings: pd.DataFrame) -> dict[str, Rows]:
    """Occupations and their statements."""
    return {"int_statements_split_to_occupations": listings.assign(onet_version=VERSION, soc_group="11")}


def tables(uses: Uses, listings: pd.DataFrame, floors: tuple[int, int]) -> dict[str, Rows]:
    """All tables that the rarefied models read, of one period; users with one conversation are apart."""
    counts = uses.counts("conversations")[0]
    found = named("all", "all", *floors) | counted(counts, len(uses.owners)) | listed(listings)
    cell_keys = dict(zip(counts.index, range(len(counts)), strict=True))
    picks = uses.picks.groupby("conversation_id")["statement_hash"].agg(lambda hashes: tuple(sorted(hashes)))
    mapping = picks.reindex(uses.owners.index)
    mapping = mapping.where(mapping.notna(), pd.Series([()] * len(mapping), index=mapping.index))
    answers = {picked: 4 * number + 2 for number, picked in enumerate(sorted(set(mapping)))}
    cluster = _clusters(uses.owners)
    answered = pd.DataFrame({"cluster_key": cluster, "mapping_key": mapping.map(answers)}).reset_index(drop=True)
    users = answered.groupby("cluster_key").size().rename("conversation_count").reset_index().assign(**ONE)
    parts = [
        {"answer_key": key, "cell_key": cell_keys[cell], "measure": "statement_alone", "part": 1 / len(picked)}
        for picked, key in answers.items()
        for cell in picked
    ]
    return (
        found
        | _users(answered, parts)
        | {
            "int_conversations_answered": answered,
            "int_users_summed_to_periods": users,
            "int_answers_counted_in_cells": parts,
        }
    )


def _clusters(owners: pd.Series) -> pd.Series:
    """Known users by name from 1, every conversation of a user unknown below zero."""
    number = {user: key for key, user in enumerate(sorted(owners.dropna().unique()), start=1)}
    return pd.Series([number.get(owner, -1 - at) for at, owner in enumerate(owners)], index=owners.index)


def _users(answered: pd.DataFrame, parts: list[dict[str, Any]]) -> dict[str, Rows]:
    """Known users by cell where they have several conversations, by answer where they have one."""
    times = answered.groupby("cluster_key")["mapping_key"].transform("size")
    singles = answered[times == 1].assign(is_user_known=lambda rows: rows["cluster_key"] > 0)
    singles = singles.groupby(["mapping_key", "is_user_known"]).size().rename("user_count").reset_index()
    cells = pd.DataFrame(parts, columns=["answer_key", "cell_key", "measure", "part"])
    repeats = answered[times > 1].merge(cells, left_on="mapping_key", right_on="answer_key")
    repeats = repeats.groupby("cell_key")["cluster_key"].nunique().rename("known_user_count").reset_index()
    return {
        "int_single_users_counted": singles.rename(columns={"mapping_key": "answer_key"}).assign(**ONE),
        "int_repeat_users_counted_in_rare_cells": repeats.assign(**ONE),
    }
