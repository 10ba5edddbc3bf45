"""Exposure beside use, for every measure, and groups of one's own logs under other rules: pandas over the facts."""

import numpy as np
import pandas as pd
import pytest
from built_home import Built
from by_hand import mapping_cells
from figures_by_hand import clusters, listings, wages

from economic_index.taxonomy import facts

pytestmark = pytest.mark.slow
WALKS = {"onet_soc_2019": ("onet_soc_2010", "onet_soc_2019"), "oews": ("onet_soc_2019", "oews")}


def walk(taxonomy: str) -> pd.DataFrame:
    """Occupation of O*NET 20.1, code of a taxonomy, and the equal parts on the way."""
    rows = facts.load("crosswalks")
    steps = {
        name: rows[(rows["from_taxonomy"] == pair[0]) & (rows["to_taxonomy"] == pair[1])]
        for name, pair in WALKS.items()
    }
    first = steps["onet_soc_2019"]
    first = first[first["from_code"].isin(set(listings()["onet_soc_code"]))]
    if taxonomy == "onet_soc_2019":
        return first[["from_code", "to_code", "weight"]]
    both = first.merge(steps["oews"], left_on="to_code", right_on="from_code", suffixes=("", "_2"))
    both = both.assign(weight=both["weight"] * both["weight_2"])
    return (
        both.groupby(["from_code", "to_code_2"], as_index=False)["weight"]
        .sum()
        .rename(columns={"to_code_2": "to_code"})
    )


def exposure_by_hand() -> pd.Series:
    """Exposure by measure and occupation: the mean over the rated codes that the occupation leads to."""
    parts = []
    for taxonomy in WALKS:
        rated = facts.load("exposures").query("soc_taxonomy == @taxonomy")
        joined = walk(taxonomy).merge(rated, left_on="to_code", right_on="occupation_code")
        joined["product"] = joined["weight"] * joined["value"]
        sums = joined.groupby(["exposure_measure", "from_code"])[["product", "weight"]].sum()
        parts.append(sums["product"] / sums["weight"])
    return pd.concat(parts)


def test_each_occupation_shown_stands_beside_its_exposure_by_every_measure(built: Built) -> None:
    expected = exposure_by_hand()
    rows = built.query("select * from marts.mart_exposure where period_type = 'all' and segment_type = 'all'")
    shown = built.query("""
        select onet_soc_code, usage_share from marts.mart_occupations where period_type = 'all' and segment_type = 'all'
        and footing = 'of_classified' and not starts_with(onet_soc_code, '_')
    """).set_index("onet_soc_code")["usage_share"]
    keys = list(zip(rows["exposure_measure"], rows["onet_soc_code"], strict=True))
    assert set(rows["exposure_measure"]) == set(facts.load("exposures")["exposure_measure"])
    assert set(keys) == {key for key in expected.index if key[1] in shown.index}
    np.testing.assert_allclose(rows["exposure"], expected.loc[keys], rtol=1e-12)
    np.testing.assert_allclose(rows["usage_share"], shown[rows["onet_soc_code"]], rtol=1e-12)


def test_almost_every_occupation_is_rated(built: Built) -> None:
    counts = built.query("""
        select exposure_measure, count(*) as n from intermediate.int_occupations_joined_to_exposures
        where onet_version = '20.1' group by exposure_measure
    """).set_index("exposure_measure")["n"]
    expected = exposure_by_hand().groupby(level=0).size()
    assert counts.to_dict() == expected.to_dict()
    assert counts.min() > 850


def groups_of_logs(built: Built, rule: str, version: str) -> pd.DataFrame:
    """Weight of each group under a rule: through the statements, and named as a group without one."""
    cells, people = mapping_cells(built.world), clusters(built.world)
    statements = cells["statement"].groupby("cell")["weight"].sum()
    tasks = facts.load("onet_tasks").query("onet_version == @version")
    listed = tasks[["statement_hash", "onet_soc_code"]].drop_duplicates()
    listed["part"] = 1 / listed.groupby("statement_hash")["onet_soc_code"].transform("size")
    if rule == "full credit":
        listed["part"] = 1.0
    use = listed["statement_hash"].map(statements).fillna(0) * listed["part"]
    split = use.groupby(listed["onet_soc_code"].str[:2]).sum()
    without = people[
        ~people["conversation_id"].isin(set(built.world.mappings.query("level == 'task'")["conversation_id"]))
    ]
    coarse = cells["soc_group"][cells["soc_group"]["conversation_id"].isin(set(without["conversation_id"]))]
    coarse = coarse[~coarse["cell"].str.startswith("_")].groupby("cell")["weight"].sum()
    weight = split.add(coarse, fill_value=0)
    classified = cells["soc_group"][~cells["soc_group"]["cell"].str.startswith("_")]["weight"].sum()
    return pd.DataFrame({"share": weight / weight.sum(), "credited": weight / classified})


@pytest.mark.parametrize(
    ("rule", "version"), [("equal split", "20.1"), ("full credit", "20.1"), ("equal split", "27.0")]
)
def test_groups_of_ones_own_logs_under_each_rule(built: Built, rule: str, version: str) -> None:
    rows = built.query(
        "select * from marts.mart_taxonomy_sensitivity where segment_type = 'all' "
        f"and rule = '{rule}' and onet_version = '{version}'"
    ).set_index("soc_group")
    expected = groups_of_logs(built, rule, version).loc[rows.index]
    assert len(rows) >= 3
    np.testing.assert_allclose(rows["usage_share"], expected["share"], rtol=1e-8)
    np.testing.assert_allclose(rows["credited_share"], expected["credited"], rtol=1e-8)


def test_the_default_is_the_share_whose_interval_stands_beside_it(built: Built) -> None:
    rows = built.query("""
        select ruled.usage_share, ruled.difference_from_default, groups.usage_share as expected
        from marts.mart_taxonomy_sensitivity as ruled
        inner join marts.mart_soc_groups as groups using (period_type, period_start, segment_type, segment, soc_group)
        where ruled.rule = 'equal split' and ruled.is_own_version and groups.footing = 'of_classified'
    """)
    assert len(rows) > 30
    np.testing.assert_allclose(rows["usage_share"], rows["expected"], rtol=1e-6)
    assert rows["difference_from_default"].eq(0).all()


def test_workers_of_the_survey_decide_the_split_by_employment(built: Built) -> None:
    workers = wages()["workers"]
    listed = listings().assign(workers=listings()["onet_soc_code"].map(workers).fillna(0))
    known = listed.groupby("statement_hash")["workers"].transform("sum")
    listed = listed[known > 0].assign(part=listed["workers"] / known)
    expected = listed.groupby(["statement_hash", listed["onet_soc_code"].str[:2]])["part"].sum()
    rows = built.query("""
        select statement_hash, soc_group, part from intermediate.int_statements_split_by_rules
        where rule = 'by employment' and onet_version = '20.1'
    """).set_index(["statement_hash", "soc_group"])["part"]
    assert len(expected) > 15_000
    np.testing.assert_allclose(rows[expected.index], expected, rtol=1e-9, atol=1e-15)
