"""Shares by ISCO-08 against the same from the answers and the official pairs of codes."""

import pandas as pd
import pytest
from built_home import Built
from by_hand import mapping_cells
from classifications_by_hand import ambiguous_share, isco_cells, isco_links
from test_shares import compare

pytestmark = pytest.mark.slow


def rows_of_level(built: Built, level: int) -> pd.DataFrame:
    """The mart at one level, its group named `cell`."""
    rows = built.query(f"select * from marts.mart_isco_groups where isco_level = {level}")
    return rows.rename(columns={"isco_group": "cell"}).assign(period_start=pd.to_datetime(rows["period_start"]).dt.date)


@pytest.mark.parametrize("level", [1, 2])
def test_every_occupation_leads_to_the_groups_that_the_official_pairs_name(built: Built, level: int) -> None:
    found = built.query(
        "select onet_soc_code, isco_group, isco_weight from intermediate.int_occupations_crosswalked_to_isco "
        f"where onet_version = '20.1' and isco_level = {level} order by all"
    )
    expected = isco_links(level).sort_values(["occupation", "group"])
    assert expected["occupation"].nunique() == 974
    assert list(found["onet_soc_code"]) == list(expected["occupation"])
    assert list(found["isco_group"]) == list(expected["group"])
    assert found["isco_weight"].to_numpy() == pytest.approx(expected["part"].to_numpy(), rel=1e-12)


def test_occupations_of_2019_lead_somewhere_too(built: Built) -> None:
    sums = built.query("""
        select onet_soc_code, sum(isco_weight) as weight from intermediate.int_occupations_crosswalked_to_isco
        where onet_version = '30.1' and isco_level = 2 group by onet_soc_code
    """)
    listed = built.query(
        "select distinct onet_soc_code from staging.stg_reference__onet_tasks where onet_version = '30.1'"
    )
    assert set(sums["onet_soc_code"]) == set(listed["onet_soc_code"])
    assert sums["weight"].to_numpy() == pytest.approx(1.0)


@pytest.mark.parametrize("level", [1, 2])
def test_every_share_shown_is_the_share_by_hand(built: Built, level: int) -> None:
    assert compare(rows_of_level(built, level), isco_cells(built.world, level), built) >= 40


@pytest.mark.parametrize("level", [1, 2])
def test_groups_have_their_titles_and_what_was_split_is_told(built: Built, level: int) -> None:
    rows = rows_of_level(built, level).query("period_type == 'all' and segment_type == 'all'")
    rows = rows[~rows["cell"].str.startswith("_")]
    assert rows["isco_group_title"].str.len().gt(5).all()
    told = rows.dropna(subset=["ambiguous_share"])
    assert len(told) >= 2
    occupations = mapping_cells(built.world)["occupation"]
    for cell, share in zip(told["cell"], told["ambiguous_share"], strict=True):
        assert share == pytest.approx(ambiguous_share(occupations, level, cell), abs=0.005 + 1e-9)


def test_a_hidden_occupation_is_not_given_back_by_what_was_split(built: Built) -> None:
    rows = built.query("select isco_level, isco_group, ambiguous_share from marts.mart_isco_groups")
    labels = rows[~rows["isco_group"].str.startswith("_")]
    assert labels["ambiguous_share"].isna().any()
    assert labels["ambiguous_share"].gt(0).any()
    assert labels["ambiguous_share"].dropna().mul(100).round(6).mod(1).eq(0).all()
