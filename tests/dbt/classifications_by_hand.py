"""Where occupations lead in ISCO-08 and statements in O*NET's activities: pandas over the facts, no SQL of ours."""

import pandas as pd
from by_hand import mapping_cells
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
