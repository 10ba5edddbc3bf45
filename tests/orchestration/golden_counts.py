"""What the served marts count of the golden week: states, depth, conversations and weeks; no SQL."""

import numpy as np
import pandas as pd
from by_hand import label_cells
from depth_by_hand import Listed, activities_of, draws_of, intervals, used_activities, uses_of
from figures_by_hand import listings, picks_alone, used_statements

from economic_index.contracts.lake import CONVERSATIONS_REJECTED
from tests.orchestration.golden_tables import GoldenWeek

FACETS = ("language", "is_occupational", "use_case", "collaboration", "intent", "soc_group", "skills")


def conversations(week: GoldenWeek) -> pd.DataFrame:
    """The labels of each conversation as they are counted."""
    rows = week.world.conversations[["conversation_id", "weight", "user_message_count", "message_count"]]
    for label, cells in label_cells(week.world).items():
        rows = rows.assign(**{label: rows["conversation_id"].map(cells.set_index("conversation_id")["cell"])})
    return rows


def weeks(week: GoldenWeek) -> pd.DataFrame:
    """Only the golden week was committed; the others wait in the inbox."""
    rejected = week.world.lake.read(CONVERSATIONS_REJECTED)["week_start"].notna().sum()
    came_in, labelled = len(week.world.conversations), len(week.world.facets)
    row = {"state": "filled", "read_count": came_in, "labelled_count": labelled, "rejected_count": rejected}
    return pd.DataFrame([row])


def summary_of_home(week: GoldenWeek) -> pd.DataFrame:
    row = {
        "conversations": len(week.world.conversations),
        "users": np.nan,
        "rejected_records": len(week.world.lake.read(CONVERSATIONS_REJECTED)),
        "floor_conversations": week.floors.conversations,
        "floor_users": week.floors.users,
    }
    return pd.DataFrame([row])


def accounting(week: GoldenWeek) -> pd.DataFrame:
    """What became of each question, for every conversation that came in."""
    came_in = week.world.conversations.set_index("conversation_id")["weight"]
    states = week.world.facets.set_index("conversation_id")[[f"{facet}_state" for facet in FACETS]]
    states = states.rename(columns=lambda name: name.removesuffix("_state"))
    first = week.world.mappings.sort_values("pick").drop_duplicates("conversation_id")
    is_coarser = first["state"].eq("answered") & first["level"].isin(["dwa", "iwa", "soc_group"])
    became = first["state"].mask(is_coarser, "coarser")
    states["task"] = became.set_axis(first["conversation_id"])
    long = states.reindex(came_in.index).fillna("not_classified")
    long = long.melt(var_name="measure", value_name="state", ignore_index=False)
    long["weight"] = came_in.reindex(long.index)
    rows = (
        long.groupby(["measure", "state"]).agg(conversations=("weight", "size"), weight=("weight", "sum")).reset_index()
    )
    return rows.assign(usage_share=rows["weight"] / came_in.sum())


def depth(week: GoldenWeek) -> pd.DataFrame:
    listed = listings()
    used = used_statements(week.world, week.world.conversations, week.floors.users)
    rows = listed.assign(used=listed["statement_hash"].isin(used)).groupby("onet_soc_code")["used"]
    rows = rows.agg(task_count="size", used_task_count="sum").reset_index()
    for level in ("dwa", "iwa"):
        rows = rows.merge(_activities(week, level), how="left", on="onet_soc_code")
    return rows.assign(
        depth_share=rows["used_task_count"] / rows["task_count"],
        n_conversations=picks_alone(week.world)["conversation_id"].nunique(),
    )


def _activities(week: GoldenWeek, level: str) -> pd.DataFrame:
    """Work activities of each occupation, and those that are used."""
    floors = (week.floors.conversations, week.floors.users)
    used = used_activities(week.world, week.world.conversations, f"{level}_id", floors)
    listed = listings().merge(activities_of(f"{level}_id"), on="statement_hash")
    listed = listed[["onet_soc_code", "activity"]].drop_duplicates()
    rows = (
        listed.assign(used=listed["activity"].isin(used)).groupby("onet_soc_code")["used"].agg(["size", "sum", "mean"])
    )
    return rows.set_axis([f"{level}_count", f"used_{level}_count", f"{level}_depth_share"], axis=1).reset_index()


def depth_rarefied(week: GoldenWeek) -> pd.DataFrame:
    """Of all weeks, which are the golden one; its users were assigned, and none is counted."""
    uses = uses_of(week.world, week.world.conversations)
    floors = {15, max(week.floors.conversations, 1), 1}
    rows = [
        (*key, *numbers)
        for key, *numbers in intervals(uses, Listed.of(listings()), draws_of(uses, floors), week.floors.users)
    ]
    keys = ["method", "draw_size", "draw_floor", "statistic"]
    found = pd.DataFrame(rows, columns=[*keys, "value", "value_lo", "value_hi", "df"])
    return found.assign(n_conversations=len(uses.owners), n_users=np.nan)


def depth_cdf(week: GoldenWeek) -> pd.DataFrame:
    rows = depth(week)
    steps = [(step / 20, int((rows["used_task_count"] * 20 >= step * rows["task_count"]).sum())) for step in range(21)]
    found = pd.DataFrame(steps, columns=["threshold", "occupations_at_least"])
    n = rows["n_conversations"].iloc[0]
    return found.assign(
        occupation_count=len(rows), occupation_share=found["occupations_at_least"] / len(rows), n_conversations=n
    )
