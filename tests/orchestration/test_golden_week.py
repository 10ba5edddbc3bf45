"""Every number that is served of one week of the demonstration is derived again from its classified rows.

The home is the product's own work (golden_home.py). Messages name numbers and ids only, never a text.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from figures_by_hand import ALL, picks_alone
from worlds import World

from economic_index.contracts.lake import CONVERSATIONS, FACET_SUMMARIES, ONET_TASK_MAPPINGS, RAW_LOGS, SEGMENTS
from economic_index.conversations.weekly import winner_counts
from economic_index.lake import Lake
from tests.orchestration import golden_counts as counts
from tests.orchestration import golden_figures as figures
from tests.orchestration.golden_figures import shares
from tests.orchestration.golden_home import WEEK, make_golden_home
from tests.orchestration.golden_tables import GoldenWeek

pytestmark = pytest.mark.slow
Derived = Callable[[GoldenWeek], pd.DataFrame]

# each served mart: what names a row of it, and how its rows follow from the classified rows
DERIVED: dict[str, tuple[list[str], Derived]] = {
    "mart_automation": (["footing", "mode"], shares("automation", "mode")),
    "mart_collaboration": (["footing", "collaboration"], shares("collaboration", "collaboration")),
    "mart_use_cases": (["footing", "use_case"], shares("use_case", "use_case")),
    "mart_intents": (["footing", "intent"], shares("intent", "intent")),
    "mart_languages": (["footing", "language"], shares("language", "language")),
    "mart_occupational_screen": (["footing", "is_occupational"], shares("is_occupational", "is_occupational")),
    "mart_tasks": (["footing", "statement_hash"], shares("statement", "statement_hash")),
    "mart_occupations": (["footing", "onet_soc_code"], shares("occupation", "onet_soc_code")),
    "mart_soc_groups": (["footing", "soc_group"], figures.soc_groups),
    "mart_wage_quartiles": (["footing", "wage_quartile"], shares("wage_quartile", "wage_quartile")),
    "mart_job_zones": (["footing", "baseline", "job_zone"], figures.job_zones),
    "mart_skills": (["measure", "footing", "skill"], shares("skills_needed", "skill")),
    "mart_collaboration_by_soc_group": (
        ["soc_group", "footing", "collaboration"],
        shares("collaboration_by_soc_group", "collaboration", "soc_group"),
    ),
    "mart_automation_by_soc_group": (
        ["soc_group", "footing", "mode"],
        shares("automation_by_soc_group", "mode", "soc_group"),
    ),
    "mart_trend": (["measure", "footing", "cell"], figures.trend),
    "mart_wages": (["footing", "onet_soc_code"], figures.wage_rows),
    "mart_hierarchy": (["footing", "level", "node_id"], figures.hierarchy),
    "mart_concentration": (["footing", "statistic"], figures.concentration),
    "mart_headlines": (["largest_soc_group"], figures.headlines),
    "mart_published_comparison": (["release", "platform", "measure", "cell"], figures.published_comparison),
    "mart_wage_correlation": (["statistic"], figures.wage_correlation),
    "mart_accounting": (["measure", "state"], counts.accounting),
    "mart_depth": (["onet_soc_code"], counts.depth),
    "mart_depth_cdf": (["threshold"], counts.depth_cdf),
    "mart_depth_rarefied": (["method", "draw_size", "draw_floor", "statistic"], counts.depth_rarefied),
    "mart_summary_of_home": (["conversations"], counts.summary_of_home),
    "dim_weeks": (["state"], counts.weeks),
    "dim_soc_groups": (["soc_group"], figures.employment_of_groups),
    "fct_conversations": (["conversation_id"], counts.conversations),
}
BY_HAND = "derived in tests/dbt, in "
NOT_DERIVED = {
    "mart_activities": f"{BY_HAND}test_figures_activities.py",
    "mart_decomposition": f"{BY_HAND}test_figures_decomposition.py",
    "mart_drift": f"{BY_HAND}test_figures_drift.py: weeks of the demonstration were assigned, so it has no row",
    "mart_embedding_drift": f"{BY_HAND}test_figures_embedding_drift.py: weeks that were assigned have no row",
    "mart_engine_changes": f"{BY_HAND}test_figures_engine_changes.py: no engine took the place of another",
    "mart_exposure": f"{BY_HAND}test_figures_taxonomies.py: its shares are those of mart_occupations",
    "mart_exposure_correlation": f"{BY_HAND}test_figures_taxonomies.py",
    "mart_isco_groups": f"{BY_HAND}test_figures_isco.py",
    "mart_job_zone_sources": f"{BY_HAND}test_published_fixtures.py: of published releases alone",
    "mart_numbers": "no numeric facet is asked of the local engine: it has no row",
    "mart_published_releases": f"{BY_HAND}test_published_fixtures.py: of published releases alone",
    "mart_ranks": f"{BY_HAND}test_figures_ranks.py",
    "mart_representation": f"{BY_HAND}test_figures_baselines.py",
    "mart_representation_by_occupation": f"{BY_HAND}test_figures_baselines.py",
    "mart_robustness": f"{BY_HAND}test_figures_robustness.py",
    "mart_stayers": f"{BY_HAND}test_figures_decomposition.py: compares two weeks",
    "mart_taxonomies": f"{BY_HAND}test_published_fixtures.py",
    "mart_taxonomy_sensitivity": f"{BY_HAND}test_figures_taxonomies.py",
    "mart_agreement": "second answers are asked of a model: of the local engine it has no row",
    "mart_corrected_shares": f"{BY_HAND}test_corrections.py: of a week without reviews it repeats uncorrected shares",
    "mart_corrected_occupations": f"{BY_HAND}test_corrections.py: without reviews it has no row",
    "mart_review_agreement": f"{BY_HAND}test_corrections.py: without reviews it has no row",
    "dim_activities": "titles of the taxonomy: no number",
    "dim_isco_groups": "titles of the taxonomy: no number",
    "dim_occupations": "titles of the taxonomy: no number",
    "dim_tasks": "labels of the taxonomy: no number",
    "mart_changes": "compares two weeks: of one week it has no row",
    "mart_models": "compares two models: the corpus names none, so it has no row",
}
WITHOUT_ROWS = (
    "mart_agreement",
    "mart_changes",
    "mart_corrected_occupations",
    "mart_drift",
    "mart_embedding_drift",
    "mart_engine_changes",
    "mart_models",
    "mart_review_agreement",
)
# of a week alone these have no row; all weeks are the golden one
OF_ALL_WEEKS = ("mart_depth_rarefied",)
# shares of these do not add up, on purpose
OVERLAPPING = {
    "mart_skills": "a conversation counts in full in each skill",
    "mart_wages": "special and hidden cells have no wage: it lists a part of mart_occupations",
    "mart_hierarchy": "the largest nodes only",
    "mart_concentration": "statistics of shares, not shares",
}
WITHIN_GROUPS = ["mart_automation_by_soc_group", "mart_collaboration_by_soc_group"]


@dataclass(frozen=True)
class Golden:
    """The built home, and the week by hand."""

    lake: Lake
    week: GoldenWeek

    def served(self, mart: str) -> pd.DataFrame:
        """The week's rows of a mart; all rows where it has no periods."""
        rows = self.lake.read_served(mart)
        if "period_type" not in rows:
            return rows
        period_type, period_start = ("all", ALL) if mart in OF_ALL_WEEKS else ("week", WEEK)
        rows = rows[(rows["period_type"] == period_type) & (rows["segment_type"] == "all")]
        assert set(pd.to_datetime(rows["period_start"]).dt.date) <= {period_start}
        return rows


def week_by_hand(lake: Lake) -> GoldenWeek:
    """The classified rows as they lie in the lake."""
    conversations = lake.read_week(CONVERSATIONS, WEEK).assign(week_start=WEEK)
    answers = (lake.read_week(table, WEEK) for table in (FACET_SUMMARIES, ONET_TASK_MAPPINGS, SEGMENTS))
    return GoldenWeek(World(lake, conversations, *answers))


@pytest.fixture(scope="session")
def golden_home(tmp_path_factory: pytest.TempPathFactory) -> Golden:
    """The demonstration with the golden week read, classified, rolled up and served."""
    with pytest.MonkeyPatch.context() as environment:
        lake = make_golden_home(tmp_path_factory.getbasetemp(), tmp_path_factory.mktemp("golden") / "home", environment)
    return Golden(lake, week_by_hand(lake))


def compare(served: pd.DataFrame, derived: pd.DataFrame, keys: list[str]) -> list[str]:
    """Names of the columns that differ. The rows must be the same, and every numeric column must be derived."""
    found, wanted = served.set_index(keys).sort_index(), derived.set_index(keys).sort_index()
    assert found.index.is_unique
    assert found.index.tolist() == wanted.index.tolist()
    numbers = [name for name, kind in found.dtypes.items() if kind.kind in "iuf"]
    assert set(numbers) <= set(wanted.columns), "a number of this mart is not derived"
    texts = [name for name in found if name in wanted and name not in numbers]
    # where all are of one user there is no interval, and what it would stand on says nothing
    has_interval = found.get("interval_method", pd.Series("", found.index)) != "one user"
    differ = [name for name in texts if found[name].tolist() != wanted[name].tolist()]
    for name in numbers:
        rows = has_interval if name in ("n_eff", "deff", "df") else slice(None)
        left, right = (frame.loc[rows, name].to_numpy(float) for frame in (found, wanted))
        # differences of shares near zero keep only the digits of the shares
        if not np.allclose(left, right, rtol=1e-9, atol=1e-11, equal_nan=True):
            differ.append(name)
    return differ


@pytest.mark.parametrize("mart", sorted(DERIVED))
def test_every_number_served_follows_from_the_classified_rows(golden_home: Golden, mart: str) -> None:
    keys, derive = DERIVED[mart]
    rows = golden_home.served(mart)
    assert len(rows)
    assert compare(rows, derive(golden_home.week), keys) == []


def test_no_served_mart_is_left_out(golden_home: Golden) -> None:
    folder = golden_home.lake.served_tables()
    assert {path.stem for path in folder.glob("*.parquet")} == set(DERIVED) | set(NOT_DERIVED)
    for mart in WITHOUT_ROWS:
        assert golden_home.lake.read_served(mart).empty, mart
    assert golden_home.lake.read_served("mart_numbers").empty
    without_numbers = {mart for mart, reason in NOT_DERIVED.items() if reason.endswith("no number")}
    assert without_numbers
    for mart in without_numbers - set(WITHOUT_ROWS):
        numbers = golden_home.lake.read_served(mart).select_dtypes("number")
        assert set(numbers) <= {"isco_level"}, mart


def test_the_week_is_all_that_came_in(golden_home: Golden) -> None:
    lake, week = golden_home.lake, golden_home.week
    read, counts_by_week = lake.read(RAW_LOGS), winner_counts(lake)
    assert sum(counts_by_week.values()) == read["conversation_count"].sum() > 9000
    rejected = lake.read_served("mart_summary_of_home")["rejected_records"].iloc[0]
    assert rejected == read["rejected_count"].sum() > 0
    ids = week.world.conversations["conversation_id"]
    assert counts_by_week[WEEK] == len(ids) == ids.nunique() > 500
    assert set(week.world.facets["conversation_id"]) == set(week.world.mappings["conversation_id"]) == set(ids)
    # in accounting every question has a row for whatever became of it
    accounting = golden_home.served("mart_accounting").groupby("measure")
    assert accounting["conversations"].sum().eq(len(ids)).all()
    assert accounting.ngroups == len(counts.FACETS) + 1


SHARE_MARTS = sorted(mart for mart, (keys, _) in DERIVED.items() if "footing" in keys and mart not in OVERLAPPING)


@pytest.mark.parametrize("mart", SHARE_MARTS)
@pytest.mark.parametrize("footing", ["of_all", "of_classified"])
def test_every_table_adds_up_to_all_that_came_in(golden_home: Golden, mart: str, footing: str) -> None:
    rows = golden_home.served(mart).query("footing == @footing")
    tables = [key for key in ("measure", "baseline", "soc_group") if key in DERIVED[mart][0][:-1]]
    of_tables = rows.groupby(tables or ["footing"])
    sums = of_tables.agg(share=("usage_share", "sum"), weight=("numerator", "sum"), whole=("denominator", "max"))
    is_withheld = of_tables["usage_share"].apply(lambda shares: shares.isna().any())
    assert mart in WITHIN_GROUPS or not is_withheld.any()
    shown = sums[~is_withheld]
    assert len(shown) >= len(tables)
    np.testing.assert_allclose(shown["share"], 1, rtol=1e-9)
    np.testing.assert_allclose(shown["weight"], shown["whole"], rtol=1e-9)
    if footing == "of_all":
        groups = golden_home.served("mart_soc_groups").query("footing == 'of_all'").set_index("soc_group")["numerator"]
        came_in = groups[sums.index] if mart in WITHIN_GROUPS else len(golden_home.week.world.facets)
        np.testing.assert_allclose(sums["whole"], came_in, rtol=1e-9)


@pytest.mark.parametrize("mart", WITHIN_GROUPS)
def test_a_group_hidden_in_one_mart_is_hidden_in_all(golden_home: Golden, mart: str) -> None:
    shown = set(golden_home.served("mart_soc_groups")["soc_group"])
    assert set(golden_home.served(mart)["soc_group"]) <= shown


@pytest.mark.parametrize("changed", ["facets", "mappings"])
def test_one_changed_row_is_seen(golden_home: Golden, changed: str) -> None:
    """The comparison can fail: an answer changed after the build moves what is derived."""
    world = golden_home.week.world
    rows = getattr(world, changed).copy()
    if changed == "facets":
        rows.loc[rows.index[rows["collaboration"] == "directive"][0], "collaboration"] = "learning"
        marts = ("mart_collaboration", "mart_headlines", "mart_trend", "fct_conversations")
    else:
        # the task least used of those shown: it falls below the floor
        counted = picks_alone(world)["node_id"].value_counts()
        task = counted.index[counted >= 15][-1]
        of_task = rows.index[rows["node_id"] == task][: int(counted[task]) - 14]
        rows.loc[of_task, ["level", "node_id", "state"]] = ["unclassified", "", "unclassified"]
        marts = ("mart_occupations", "mart_tasks", "mart_hierarchy", "mart_depth")
    other = GoldenWeek(replace(world, **{changed: rows}))
    for mart in marts:
        keys, derive = DERIVED[mart]
        try:
            seen = compare(golden_home.served(mart), derive(other), keys) != []
        except AssertionError:
            seen = True  # other rows than those served
        assert seen, mart
