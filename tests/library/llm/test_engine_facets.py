"""Facets by a model: one request a conversation, nothing asked twice, a changed question alone asked again."""

import pytest
from engine_weeks import engine, label
from live_runs import content, talk

from economic_index.contracts import broken_rules
from economic_index.contracts.lake import FACET_SUMMARIES, FACET_SUMMARIES_REJECTED
from economic_index.facets import asking
from economic_index.facets.prompts import DEFAULT_FACETS, FORM, JUDGING, facet_version
from economic_index.llm.tolerance import TooManyFailures
from economic_index.llm.transcript import render_transcript
from economic_index.rehearsal.truth import truth_of
from economic_index.vocabulary import Facet, State, Transport


@pytest.fixture
def asked(server, tmp_path):
    return engine(server.url, tmp_path, tmp_path / "model")


def test_a_week_has_one_row_a_conversation_with_engine_versions_and_what_was_asked_together(asked, server):
    rows, rejected = label(asked, range(30))
    assert not broken_rules(FACET_SUMMARIES, rows)
    assert rows["conversation_id"].tolist() == [f"c{n:04d}" for n in range(30)]
    assert set(rows["engine"]) == {"rehearsal"}
    assert set(rows["model"]) == {"claude-haiku-5-5"}
    assert rejected.empty
    assert server.stats()["arrivals"] == 30
    together = [facet.value for facet in DEFAULT_FACETS]
    for facet in DEFAULT_FACETS:
        assert set(rows[f"{facet}_state"]) == {"answered"}
        assert set(rows[f"{facet}_version"]) == {facet_version(facet)}
        assert all(list(names) == together for names in rows[f"{facet}_asked_with"])
    for facet in (*JUDGING, Facet.SOC_GROUP):
        assert set(rows[f"{facet}_state"]) == {"not_asked"}


def test_the_rows_say_what_the_server_planted(asked):
    rows, _ = label(asked, range(40))
    for number, row in zip(range(40), rows.to_dict("records"), strict=True):
        truth = truth_of(0, render_transcript(talk(number), b"salt").fence_id)
        assert row["collaboration"] == truth.values["collaboration"]
        assert row["is_occupational"] == (truth.values["is_occupational"] == "yes")
        assert row["request"] == truth.label


def test_judging_facets_are_asked_where_they_are_switched_on(server, tmp_path):
    rows, rejected = label(engine(server.url, tmp_path, tmp_path / "model", facets=FORM), range(5))
    assert rejected.empty
    assert not broken_rules(FACET_SUMMARIES, rows)
    assert rows["ai_autonomy"].between(1, 5).all()
    assert (rows["human_only_time_hours"] >= 0).all()
    assert rows["human_education_years"].between(0, 20).all()


def test_an_appended_conversation_costs_one_request(asked, server):
    label(asked, range(20))
    label(asked, range(20))
    assert server.stats()["arrivals"] == 20
    label(asked, range(21))
    assert server.stats()["arrivals"] == 21


def test_a_changed_prompt_asks_that_facet_again_and_nothing_else(asked, server, monkeypatch):
    before, _ = label(asked, range(10))
    real = asking.facet_version

    def raised(facet, wording):
        return "2.changed" if facet is Facet.INTENT else real(facet, wording)

    monkeypatch.setattr(asking, "facet_version", raised)
    after, _ = label(asked, range(10))
    assert server.stats()["arrivals"] == 20
    assert all(list(names) == ["intent"] for names in after["intent_asked_with"])
    assert set(after["intent_version"]) == {"2.changed"}
    same = [name for name in before.columns if not name.startswith("intent")]
    assert before[same].astype(str).equals(after[same].astype(str))


def test_switching_a_facet_on_asks_for_it_alone(server, tmp_path):
    label(engine(server.url, tmp_path, tmp_path / "model"), range(6))
    more = (*DEFAULT_FACETS, Facet.AI_AUTONOMY)
    rows, _ = label(engine(server.url, tmp_path, tmp_path / "model", facets=more), range(6))
    assert server.stats()["arrivals"] == 12
    assert all(list(names) == ["ai_autonomy"] for names in rows["ai_autonomy_asked_with"])


def test_equal_conversations_are_asked_once(asked, server, monkeypatch):
    monkeypatch.setattr("engine_weeks.content", lambda number: content(number % 3))
    rows, _ = label(asked, range(9), messages=lambda number: talk(number % 3))
    assert len(rows) == 9
    assert server.stats()["arrivals"] == 3


@pytest.mark.parametrize("way", [Transport.LIVE, Transport.BATCH])
def test_contents_that_read_the_same_share_one_request_and_its_answer(server, tmp_path, way):
    def hidden(number):
        text = talk(0)[0]["text"] + "\u200b" * number
        return [{"role": "user", "text": text, "has_attachment": False}]

    asked = engine(server.url, tmp_path, tmp_path / "model", transport=way)
    rows, rejected = label(asked, range(3), messages=hidden)
    assert rejected.empty
    assert len(set(rows["content_hash"])) == 3
    assert rows["request"].nunique() == 1
    again, rejected = label(asked, range(4), messages=hidden)  # of an earlier run, too
    assert rejected.empty
    assert set(again["language_state"]) == {"answered"}
    assert len(asked.store.answers_of([content(n) for n in range(4)], "facets", "claude-haiku-5-5")) == 4
    # a twin of what was answered in an earlier run is not paid for
    assert server.stats()["completed"] == 1


def test_what_failed_is_a_state_and_a_dead_letter_and_can_be_asked_again(asked, server):
    server.control(script=["refusal"])
    rows, rejected = label(asked, range(1))
    assert not broken_rules(FACET_SUMMARIES_REJECTED, rejected)
    assert rejected["reason"].tolist() == ["refused"]
    assert set(rows["use_case_state"]) == {"refused"}
    assert rows["use_case"].isna().all()
    label(asked, range(1))
    assert server.stats()["arrivals"] == 1
    assert asked.retry("facet_summaries", {State.REFUSED}, [content(0)]) == 1
    rows, rejected = label(asked, range(1))
    assert rejected.empty
    assert set(rows["use_case_state"]) == {"answered"}


def test_a_conversation_without_words_or_without_a_transcript_asks_nothing(asked, server):
    silent = [{"role": "user", "text": " \u200b ", "has_attachment": False}]
    rows, rejected = label(asked, range(3), messages=lambda n: silent if n == 0 else talk(n), without=[1])
    assert rows["language_state"].tolist() == ["unclassified", "dead", "answered"]
    assert rejected[["conversation_id", "reason", "detail"]].values.tolist() == [
        ["c0001", "dead", "transcript missing"]
    ]
    assert server.stats()["arrivals"] == 1


def test_too_many_failures_stop_the_week_and_keep_what_was_answered(server, tmp_path):
    asked = engine(server.url, tmp_path, tmp_path / "model", tolerated=0.1)
    server.control(faults={"refusal": 0.5})
    with pytest.raises(TooManyFailures, match=r"OEI_TOLERATED_FAILURES.*run config `retry`"):
        label(asked, range(40))
    answered = len(asked.store.answers_of([content(n) for n in range(40)], "facets", "claude-haiku-5-5"))
    assert 0 < answered < 40


def test_a_spent_budget_says_how_to_go_on_and_a_larger_one_goes_on(server, tmp_path):
    asked = engine(server.url, tmp_path, tmp_path / "model", budget_micro_usd=4_000)
    with pytest.raises(TooManyFailures, match="raise OEI_BUDGET_USD"):
        label(asked, range(60))
    sent = server.stats()["arrivals"]
    assert 0 < sent < 60
    label(engine(server.url, tmp_path, tmp_path / "model", budget_micro_usd=None), range(60))
    assert server.stats()["arrivals"] == 60


def test_in_a_batch_the_same_requests_have_the_same_answers(server, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    live, _ = label(engine(server.url, tmp_path / "a", tmp_path / "model"), range(25))
    in_batch = engine(server.url, tmp_path / "b", tmp_path / "model", transport=Transport.BATCH)
    batched, rejected = label(in_batch, range(25))
    assert rejected.empty
    assert batched.astype(str).equals(live.astype(str))
    assert in_batch.store.spent_micro_usd() > 0
    assert not [path for path in (tmp_path / "b" / "spool").rglob("*") if path.is_file()]
