"""Where occupations lead in ISCO-08 and statements in O*NET's activities: pandas over the facts, no SQL of ours."""

import pandas as pd
from by_hand import mapping_cells, statement_cell
from worlds import World

from economic_index.taxonomy import facts

SPECIAL = ("_unclassified", "_failed", "_not_occupational", "_none", "_unmapped")


def isco_pairs() -> dict[str, list[str]]:
    """ISCO-08 codes of each SOC 2010 code."""
    walk = facts.load("crosswalks").query("to_taxonomy == 'isco_08'")
    return {str(code): sorted(found) for code, found in walk.groupby("from_code")["to_code"]}


def isco_links(level: int) -> pd.DataFrame:
    """Occupation of O*NET 20.1, group of a level, and the part of the occupation that it gets."""
    pairs = isco_pairs()
    rows = []
    for code in sorted(set(facts.load("onet_tasks").query("onet_version == '20.1'")["onet_soc_code"])):
        detailed = [code[:7]] if code[6] != "0" else [soc for soc in pairs if soc[:6] == code[:6]]
        for soc in detailed:
            rows += [(code, isco[:level], 1 / len(detailed) / len(pairs[soc])) for isco in pairs[soc]]
    links = pd.DataFrame(rows, columns=["occupation", "group", "part"])
    return links.groupby(["occupation", "group"], as_index=False)["part"].sum()


def isco_cells(world: World, level: int) -> pd.DataFrame:
    """Conversation, ISCO-08 group and weight, through the occupations; what no occupation has stays what it is."""
    cells = mapping_cells(world)["occupation"]
    split = cells.merge(isco_links(level), how="left", left_on="cell", right_on="occupation")
    split["weight"] *= split["part"].fillna(1)
    split["cell"] = split["group"].fillna(split["cell"])
    return split.groupby(["conversation_id", "cell"], as_index=False)["weight"].sum()


def ambiguous_share(occupations: pd.DataFrame, level: int, group: str) -> float:
    """Part of a group's weight (of rows of occupation cells) that came through occupations of several groups."""
    links = isco_links(level)
    joined = occupations.merge(links[links["group"] == group], left_on="cell", right_on="occupation")
    weight = joined["weight"] * joined["part"]
    return float(weight[joined["part"] < 0.999].sum() / weight.sum())


def statement_activities() -> pd.DataFrame:
    """Statement of O*NET 20.1, each of its detailed activities once, those above, and the equal part of each."""
    tasks = facts.load("onet_tasks").query("onet_version == '20.1'")
    links = facts.load("task_activities").query("onet_version == '20.1'")
    pairs = tasks.merge(links, on="task_id")[["statement_hash", "dwa_id"]].drop_duplicates()
    pairs["part"] = 1 / pairs.groupby("statement_hash")["dwa_id"].transform("size")
    return pairs.merge(facts.load("activities")[["dwa_id", "iwa_id", "gwa_id"]], on="dwa_id")


def activity_cells(world: World, level: str) -> pd.DataFrame:
    """Conversation, activity of a level and weight; the world's coarse picks are of one intermediate activity."""
    picks = world.mappings.merge(world.conversations[["conversation_id", "weight"]], on="conversation_id")
    picks["weight"] = picks["weight_x"] * picks["weight_y"]
    above = facts.load("activities").drop_duplicates("iwa_id").set_index("iwa_id")["gwa_id"]
    named, special = picks[picks["level"] == "task"], picks[picks["level"] != "task"].copy()
    split = named.merge(statement_activities(), how="left", left_on="node_id", right_on="statement_hash")
    split["weight"] *= split["part"].fillna(1)
    split["cell"] = split[f"{level}_id"].fillna("_unmapped")
    triples = zip(special["level"], special["node_id"], special["state"], strict=True)
    special["cell"] = [_coarse_cell(level, *triple, above) for triple in triples]
    rows = pd.concat([split, special])
    return rows.groupby(["conversation_id", "cell"], as_index=False)["weight"].sum()


def _coarse_cell(level: str, picked: str, node_id: str, state: str, above: pd.Series) -> str:
    if picked == "iwa" and level != "dwa":
        return node_id if level == "iwa" else str(above[node_id])
    return statement_cell(picked, node_id, state)
