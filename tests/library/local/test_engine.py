from dataclasses import replace

import numpy as np
import pytest
from conversations import (
    CODE,
    EMPTY,
    FRENCH,
    MARKETING,
    POEM,
    REPLY_ONLY,
    ZERO_WIDTH,
    rows_of,
    transcripts,
)

from economic_index.contracts.lake import (
    FACET_SUMMARIES,
    FACET_SUMMARIES_REJECTED,
    ONET_TASK_MAPPINGS,
    ONET_TASK_MAPPINGS_REJECTED,
)
from economic_index.local.engine import LocalEngine
from economic_index.local.heads import load_heads
from economic_index.local.vectors import VectorStore
from economic_index.local.versions import facets_version, mappings_version
from economic_index.vocabulary import Level, MappingState, State

TALKS = {
    "c-code": CODE,
    "c-empty": EMPTY,
    "c-french": FRENCH,
    "c-marketing": MARKETING,
    "c-poem": POEM,
    "c-reply": REPLY_ONLY,
    "c-zero": ZERO_WIDTH,
}


@pytest.fixture(scope="module")
def labelled(engine):
    heard = []
    batch = transcripts(TALKS)
    rows, rejected = engine.label(rows_of(sorted(TALKS)), iter([batch]), lambda done, of: heard.append((done, of)))
    return rows, rejected, heard


@pytest.fixture(scope="module")
def mapped(engine, labelled):
    return engine.map_tasks(rows_of(sorted(TALKS)), labelled[0], iter([]))


def test_one_valid_row_a_conversation(labelled):
    rows, rejected, heard = labelled
    FACET_SUMMARIES.schema.validate(rows)
    FACET_SUMMARIES_REJECTED.schema.validate(rejected)
    assert rows["conversation_id"].tolist() == sorted(TALKS)
    assert rejected.empty
    assert heard[-1] == (len(TALKS), len(TALKS))


def test_a_value_is_null_unless_answered(labelled):
    rows = labelled[0]
    for facet in ("is_occupational", "use_case", "collaboration", "intent", "soc_group", "skills"):
        is_answered = rows[f"{facet}_state"] == State.ANSWERED
        assert (rows[facet].notna() == is_answered).all(), facet
    assert (rows["skills_state"] == State.NOT_ASKED).all()
    assert rows[["request", "task_evidence"]].isna().all().all()


def test_probabilities_sum_to_one_and_confidence_is_the_largest(labelled):
    for row in labelled[0].itertuples():
        if row.intent_probabilities is not None:
            assert sum(row.intent_probabilities) == pytest.approx(1, abs=1e-5)
            assert max(row.intent_probabilities) == pytest.approx(row.intent_confidence, abs=1e-4)
            assert len(row.collaboration_probabilities) == 6
        if row.soc_group_probabilities is not None:
            assert len(row.soc_group_probabilities) == 23


def test_a_language_without_measurement_is_not_classified(labelled, mapped):
    rows = labelled[0].set_index("conversation_id")
    assert rows.loc["c-french", "language"] == "fr"
    for facet in ("is_occupational", "use_case", "collaboration", "intent", "soc_group"):
        assert rows.loc["c-french", f"{facet}_state"] == State.LANGUAGE_NOT_MEASURED
        assert rows.loc["c-french", f"{facet}_probabilities"] is None
    (mapping,) = mapped[0].loc[mapped[0]["conversation_id"] == "c-french"].itertuples()
    assert (mapping.level, mapping.state) == (Level.UNCLASSIFIED, MappingState.LANGUAGE_NOT_MEASURED)


def test_mappings_are_valid_and_weights_sum_to_one(mapped):
    rows, rejected = mapped
    ONET_TASK_MAPPINGS.schema.validate(rows)
    ONET_TASK_MAPPINGS_REJECTED.schema.validate(rejected)
    totals = rows.groupby("conversation_id")["weight"].sum()
    assert totals.index.tolist() == sorted(TALKS)
    np.testing.assert_allclose(totals, 1, atol=1e-12)
    assert rows["pick"].between(1, 3).all()


def test_plain_cases_are_found(labelled, mapped):
    facets = labelled[0].set_index("conversation_id")
    assert bool(facets.loc["c-code", "is_occupational"])
    assert facets.loc["c-code", "soc_group"] == "15"
    tasks = mapped[0].loc[mapped[0]["level"] == Level.TASK].set_index("conversation_id")["bank_task_id"]
    assert tasks.loc[["c-code"]].str.startswith("15-").all()
    assert tasks.loc[["c-poem"]].str.startswith("27-").all()


def test_a_pick_is_as_many_rows_as_its_task_has_statements(mapped):
    rows = mapped[0].loc[mapped[0]["level"] == Level.TASK]
    assert (rows["node_id"].str.len() == 16).all()
    shares = rows.groupby(["conversation_id", "pick"])["weight"].sum().groupby("conversation_id").apply(list)
    assert all(weights == sorted(weights, reverse=True) for weights in shares)


def test_not_occupational_is_none(engine, labelled):
    facets = labelled[0].copy()
    facets["is_occupational"] = facets["is_occupational"].mask(facets["conversation_id"] == "c-poem", False)
    rows, _ = engine.map_tasks(rows_of(sorted(TALKS)), facets, iter([]))
    (row,) = rows.loc[rows["conversation_id"] == "c-poem"].itertuples()
    assert (row.level, row.state, row.node_id, row.weight) == (Level.NONE, MappingState.NOT_OCCUPATIONAL, "", 1.0)


def test_activities_are_named_without_a_task(engine, labelled):
    named = engine.activities(rows_of([*sorted(TALKS), "c-lost"]), iter([transcripts(TALKS)]))
    assert sorted(named) == sorted(TALKS)
    assert {name for name, _ in named.values()} <= set(engine.heads.activities.labels)
    assert all(0 < sure <= 1 for _, sure in named.values())
    assert named["c-code"][0] != named["c-poem"][0]
    assert engine.activities(rows_of([]), iter([])) == {}


def test_unsure_tasks_fall_back_to_the_activity(embedder, engine, labelled):
    heads = replace(engine.heads, task_threshold=1.1, activities=replace(engine.heads.activities, threshold=0.0))
    rows, _ = LocalEngine(embedder, engine.store, heads).map_tasks(rows_of(sorted(TALKS)), labelled[0], iter([]))
    code = rows.set_index("conversation_id").loc["c-code"]
    named = engine.activities(rows_of(["c-code"]), iter([transcripts(TALKS)]))["c-code"]
    assert (code["level"], code["node_id"], code["confidence"]) == (Level.IWA, *named)


def test_unsure_activities_fall_back_to_the_group_then_to_nothing(embedder, engine, labelled):
    heads = replace(engine.heads, task_threshold=1.1, activities=replace(engine.heads.activities, threshold=1.1))
    strict = LocalEngine(embedder, engine.store, heads)
    rows, _ = strict.map_tasks(rows_of(sorted(TALKS)), labelled[0], iter([]))
    by_name = rows.set_index("conversation_id")
    assert (by_name.loc["c-code", "level"], by_name.loc["c-code", "node_id"]) == (Level.SOC_GROUP, "15")
    assert by_name.loc["c-french", "level"] == Level.UNCLASSIFIED
    assert rows["weight"].tolist() == [1.0] * len(TALKS)


def test_a_conversation_is_the_same_alone_and_among_others(engine, embedder, labelled, mapped, tmp_path):
    alone = LocalEngine(embedder, VectorStore(tmp_path / "vectors.sqlite"), load_heads())
    rows, _ = alone.label(rows_of(["c-code"]), iter([transcripts({"c-code": CODE})]))
    among = labelled[0].loc[labelled[0]["conversation_id"] == "c-code"].iloc[0]
    for column in FACET_SUMMARIES.schema.columns:
        mine, theirs = rows.iloc[0][column], among[column]
        assert str(mine) == str(theirs), column


def test_nothing_is_embedded_twice(engine, labelled, monkeypatch):
    monkeypatch.setattr(engine.embedder, "_one", lambda ids: pytest.fail("embedded again"))
    again, _ = engine.label(rows_of(sorted(TALKS)), iter([transcripts(TALKS)]))
    assert again["intent_confidence"].equals(labelled[0]["intent_confidence"])


def test_a_forgotten_vector_is_made_again_from_the_transcript(engine, labelled, mapped):
    assert engine.store.forget(["hash-c-code"]) == 1
    rows, rejected = engine.map_tasks(rows_of(sorted(TALKS)), labelled[0], iter([transcripts(TALKS)]))
    assert rows.equals(mapped[0])
    assert rejected.empty


def test_a_missing_transcript_is_a_dead_letter_with_a_row(engine):
    names = ["c-code", "c-lost"]
    conversations = rows_of(names)
    rows, rejected = engine.label(conversations, iter([transcripts({"c-code": CODE})]))
    assert rows["conversation_id"].tolist() == names
    assert rows["intent_state"].tolist()[1] == State.DEAD
    assert rejected["conversation_id"].tolist() == ["c-lost"]
    mappings, lost = engine.map_tasks(conversations, rows, iter([]))
    assert mappings.groupby("conversation_id")["weight"].sum().tolist() == pytest.approx([1, 1])
    assert mappings.set_index("conversation_id").loc["c-lost", "state"] == MappingState.DEAD
    assert lost["conversation_id"].tolist() == ["c-lost"]


def test_an_empty_week_gives_typed_empty_frames(engine):
    nothing = rows_of([])
    rows, rejected = engine.label(nothing, iter([]))
    mappings, lost = engine.map_tasks(nothing, rows, iter([]))
    for table, frame in (
        (FACET_SUMMARIES, rows),
        (FACET_SUMMARIES_REJECTED, rejected),
        (ONET_TASK_MAPPINGS, mappings),
        (ONET_TASK_MAPPINGS_REJECTED, lost),
    ):
        assert frame.empty
        assert frame.columns.tolist() == list(table.schema.columns)
        table.schema.validate(frame)


def test_rows_fit_the_parquet_schema(labelled, mapped):
    import pyarrow as pa

    for table, frame in ((FACET_SUMMARIES, labelled[0]), (ONET_TASK_MAPPINGS, mapped[0])):
        arrow = pa.Table.from_pandas(frame, schema=table.arrow_schema(), preserve_index=False)
        assert arrow.num_rows == len(frame)


def test_hostile_text_neither_crashes_nor_leaks(engine, capfd, caplog):
    secret = "zebra-9471-secret"
    hostile = {
        "h-huge": [("user", secret + " x" * 5_000_000), ("assistant", "ok")],
        "h-nul": [("user", f"{secret}\x00\x1b[31m\u202e" * 50)],
        "h-many": [("user", secret), ("assistant", "no")] * 3_000,
        "h-none": [],
        "h-one-word": [("user", "a" * 100_000)],
        "h-emoji": [("user", "🦓" * 5_000)],
    }
    rows, rejected = engine.label(rows_of(sorted(hostile)), iter([transcripts(hostile)]))
    mappings, _ = engine.map_tasks(rows_of(sorted(hostile)), rows, iter([]))
    assert len(rows) == len(hostile)
    assert rejected.empty
    assert mappings.groupby("conversation_id")["weight"].sum().tolist() == pytest.approx([1] * len(hostile))
    said = "".join(capfd.readouterr()) + caplog.text + rows.to_csv() + mappings.to_csv()
    assert "zebra" not in said


def test_versions_name_what_made_the_rows(engine, labelled, mapped):
    assert (labelled[0]["model_hash"] == engine.model_hash).all()
    assert (mapped[0]["version"] == engine.bank_version).all()
    assert engine.facets_version == facets_version(engine.embedder.kernel)
    assert mappings_version("20.1") != mappings_version("30.1")


def test_30_1_statements_are_those_of_that_version(embedder, engine, labelled):
    from economic_index.taxonomy import facts

    newer = LocalEngine(embedder, engine.store, engine.heads, "30.1")
    rows, _ = newer.map_tasks(rows_of(sorted(TALKS)), labelled[0], iter([]))
    tasks = facts.load("onet_tasks").query("onet_version == '30.1'")
    picked = rows.loc[rows["level"] == Level.TASK, "node_id"]
    assert picked.isin(tasks["statement_hash"]).all()
    np.testing.assert_allclose(rows.groupby("conversation_id")["weight"].sum(), 1)
