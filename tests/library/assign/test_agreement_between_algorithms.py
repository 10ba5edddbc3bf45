"""Two algorithms over the same conversations: joined to an ensemble's rows, and side by side as second answers."""

import pandas as pd
import pyarrow as pa
import pytest
from hierarchy_world import MODEL, ONET_VERSION, SALT

from economic_index.assign.agreement import SecondMaker, labels_at_levels, second_answers
from economic_index.assign.candidates import RequestVectors
from economic_index.assign.choice import TaskQuestions
from economic_index.assign.choice_plan import ChoicePlan
from economic_index.assign.ensemble_rows import EnsembleAnswers
from economic_index.assign.found import Found
from economic_index.assign.links import DEEPEST_FIRST, Links, Spot
from economic_index.assign.rows import MappingMaker
from economic_index.contracts import broken_rules
from economic_index.contracts.hierarchy import SECOND_ANSWERS
from economic_index.contracts.lake import ONET_TASK_MAPPINGS, ONET_TASK_MAPPINGS_REJECTED
from economic_index.llm.records import StoredOutcome
from economic_index.local.bank import statement_weights
from economic_index.local.vectors import VectorStore
from economic_index.taxonomy import facts
from economic_index.vocabulary import Algorithm, Comparison, Engine, Level, MappingState, State

COUNT = 60
STATEMENTS = statement_weights(facts.load("onet_tasks"), ONET_VERSION)
LINKS = Links.of_version(ONET_VERSION, STATEMENTS)
MAKER = MappingMaker(MODEL, None, "choice+hierarchy", ONET_VERSION, Algorithm.ENSEMBLE, Engine.REHEARSAL)
SECOND = SecondMaker(Comparison.ALGORITHM, Engine.REHEARSAL, MODEL, "1.x", 0.02)
GONE = StoredOutcome("k", (), State.REFUSED, "refusal", 1)


def answered(name: str, picks: dict[str, float] | None = None) -> Found:
    return Found(name, MappingState.ANSWERED, picks or {}, MODEL)


def task(name: str) -> Spot:
    return Spot(Level.TASK, name)


def failed(name: str) -> Found:
    return Found(name, MappingState.REFUSED, {}, None, GONE)


def idle(name: str) -> Found:
    return Found(name, MappingState.NOT_OCCUPATIONAL, {}, was_asked=False)


def joined(choice: list[Found], hierarchy: list[Found]) -> EnsembleAnswers:
    found_by = {Algorithm.CHOICE: lambda: iter(choice), Algorithm.HIERARCHY: lambda: iter(hierarchy)}
    return EnsembleAnswers(found_by, LINKS, "bank", MAKER, STATEMENTS)


def rows_of(answers: EnsembleAnswers) -> pd.DataFrame:
    return pa.Table.from_batches(list(answers.batches())).to_pandas()


@pytest.fixture
def plans(home, built, sentences, embed, tmp_path):
    """Both algorithms over one labelled week, all of it answered."""
    facets = home.label(range(COUNT))

    class Embedder:
        def embed(self, texts):
            return embed(texts)

    vectors = RequestVectors(Embedder(), VectorStore(tmp_path / "vectors.sqlite"), "requests")
    questions = TaskQuestions(MODEL, SALT, "bank-some")
    choice = ChoicePlan(questions, home.facet_questions, home.store, facets, lambda: (sentences, vectors))
    home.ask(choice.requests("5m"))
    hierarchy = home.plan(built[0], facets)
    home.descend(hierarchy)
    return choice, hierarchy


def test_two_algorithms_over_a_week_give_one_ensemble(plans):
    choice, hierarchy = plans
    answers = EnsembleAnswers(
        {Algorithm.CHOICE: choice.found, Algorithm.HIERARCHY: hierarchy.found},
        LINKS,
        "bank",
        MAKER,
        STATEMENTS,
    )
    rows = rows_of(answers)
    assert not broken_rules(ONET_TASK_MAPPINGS, rows)
    assert rows["conversation_id"].nunique() == COUNT
    assert rows.groupby("conversation_id")["weight"].sum().round(9).eq(1).all()
    assert rows["pick"].between(1, 3).all()
    assert set(rows["algorithm"]) == {"ensemble"}
    assert {"task", "unclassified", "none"} <= set(rows["level"])
    assert answers.rejected().empty
    both = {found.conversation_id: found.picks for found in choice.found()}
    for found in hierarchy.found():
        if found.picks and found.picks == both[found.conversation_id]:
            of = rows.loc[rows["conversation_id"] == found.conversation_id]
            assert set(of["bank_task_id"]) == set(found.picks)


def test_agreement_of_two_algorithms_is_laid_side_by_side_at_each_level(plans):
    choice, hierarchy = plans
    rows = second_answers(choice.found(), hierarchy.found(), LINKS, SECOND)
    assert not broken_rules(SECOND_ANSWERS, rows)
    assert len(rows) == 4 * hierarchy.open_count
    assert set(rows["facet"]) == {"task", "dwa", "iwa", "soc_group"}
    assert set(rows["main_engine"]) == {SECOND.engine.value}
    both = rows.dropna(subset=["value", "main_value"])
    same = both["value"].eq(both["main_value"]).groupby(both["facet"]).mean()
    assert 0 < same["task"] <= same["soc_group"]
    itself = second_answers(choice.found(), choice.found(), LINKS, SECOND)
    assert itself["value"].fillna("").eq(itself["main_value"].fillna("")).all()


def test_an_algorithm_without_answer_leaves_the_others_with_nobody_to_agree_with():
    choice = [answered("a", {min(STATEMENTS): 1.0}), failed("b"), idle("c"), answered("d")]
    hierarchy = [failed("a"), failed("b"), idle("c"), answered("d")]
    rows, letters = rows_of(joined(choice, hierarchy)), joined(choice, hierarchy).rejected()
    assert rows[["conversation_id", "level", "state"]].to_numpy().tolist() == [
        ["a", "unclassified", "refused"],
        ["b", "unclassified", "refused"],
        ["c", "none", "not_occupational"],
        ["d", "none", "answered"],
    ]
    assert letters["conversation_id"].tolist() == ["a", "b"]
    assert not broken_rules(ONET_TASK_MAPPINGS_REJECTED, letters)


def test_algorithms_over_other_conversations_are_refused():
    with pytest.raises(ValueError, match="zip"):
        rows_of(joined([idle("a"), idle("b")], [idle("a")]))


def test_a_task_of_the_bank_becomes_its_statements_and_what_backs_off_a_row_of_its_level():
    by_group: dict[str, list[str]] = {}
    for name in sorted(STATEMENTS):
        by_group.setdefault(name[:2], []).append(name)
    first = by_group["15"][0]
    iwas = LINKS.nodes(task(first), Level.IWA).keys()
    far = next(
        name
        for name in by_group["15"]
        if not LINKS.nodes(task(name), Level.IWA).keys() & iwas
        and "15" in LINKS.nodes(task(name), Level.SOC_GROUP)
        and "15" in LINKS.nodes(task(first), Level.SOC_GROUP)
    )
    rows = rows_of(joined([answered("a", {first: 0.5, far: 0.5})], [answered("a", {first: 1.0})]))
    assert set(rows.loc[rows["level"] == "task", "node_id"]) == set(STATEMENTS[first])
    assert rows.loc[rows["level"] == "task", "weight"].sum() == pytest.approx(0.75)
    (rest,) = rows.loc[rows["level"] != "task"].to_dict("records")
    assert rest["level"] == "soc_group"
    assert rest["weight"] == pytest.approx(0.25)
    assert rest["state"] == "answered"


def test_labels_do_not_depend_on_the_order_in_which_equal_picks_were_named():
    one, two = sorted(STATEMENTS)[:2]
    forwards = labels_at_levels(answered("a", {one: 0.5, two: 0.5}), LINKS)
    assert forwards == labels_at_levels(answered("a", {two: 0.5, one: 0.5}), LINKS)
    assert forwards[Level.SOC_GROUP] is not None
    assert labels_at_levels(answered("a"), LINKS) == dict.fromkeys(DEEPEST_FIRST, "none")
    assert labels_at_levels(failed("a"), LINKS) == dict.fromkeys(DEEPEST_FIRST)


def test_states_say_what_became_of_the_second_question():
    unlinked = Links({}, {Level.DWA: {}, Level.IWA: {}, Level.SOC_GROUP: {"t": ["15"]}}, {})
    main = [answered("a", {"t": 1.0}), answered("b", {"t": 1.0}), failed("c"), idle("d"), answered("e", {"t": 1.0})]
    second = [answered("a", {"t": 1.0}), failed("b"), answered("c"), idle("d")]
    rows = second_answers(main, second, unlinked, SECOND)
    assert not broken_rules(SECOND_ANSWERS, rows)
    told = rows.set_index(["conversation_id", "facet"])[["value", "main_value", "state"]]
    assert set(told.index.get_level_values(0)) == {"a", "b", "c"}
    assert told.loc[("a", "task")].tolist() == ["t", "t", "answered"]
    assert told.loc[("a", "soc_group")].tolist() == ["15", "15", "answered"]
    assert told.loc[("a", "iwa"), "state"] == "unclassified"
    assert told.loc[("a", "iwa")].isna().tolist() == [True, True, False]
    assert told.loc[("b", "task"), ["main_value", "state"]].tolist() == ["t", "refused"]
    assert told.loc[("c", "dwa"), ["value", "state"]].tolist() == ["none", "answered"]
    assert told.loc[("c", "dwa")].isna().tolist() == [False, True, False]


def test_no_second_answers_is_a_table_too():
    rows = second_answers([answered("a", {"t": 1.0})], [], LINKS, SECOND)
    assert rows.empty
    assert not broken_rules(SECOND_ANSWERS, rows)
