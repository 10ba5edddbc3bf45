"""Requests and answers as files: what lacks is written, what comes back is read once, and nothing is taken on trust."""

import stat
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from textwrap import dedent

import orjson
import pytest
from carried_runs import Exchange, answer, carry, put, requests_in
from live_runs import WEEK, Live, content, questions, requests

from economic_index.llm.batch_records import BatchRow
from economic_index.llm.batch_store import BatchStore
from economic_index.llm.exchange_folder import forget_requests
from economic_index.llm.judging import OpenRequest
from economic_index.llm.ledger import ledger
from economic_index.llm.request import identity_of_body
from economic_index.vocabulary import BatchState, Purpose, State

SECRET = "Please draft reply number"


@pytest.fixture
def home(tmp_path):
    return Exchange(tmp_path / "home")


def message_of(text="{}", **changes) -> dict:
    usage = {"input_tokens": 10, "output_tokens": 5}
    plain = {"id": "msg_rehearsal_1", "type": "message", "model": "claude-haiku-5-5", "stop_reason": "end_turn"}
    return plain | {"content": [{"type": "text", "text": text}], "usage": usage} | changes


def line_of(key: str, kind="succeeded", **changes) -> dict:
    return {"custom_id": key, "result": {"type": kind, **changes}}


def test_requests_are_written_in_the_shape_of_batches_under_their_identity(home):
    state = home.run(requests(range(5)))
    assert state.done == 0
    written = requests_in(home.folder)
    assert [request["custom_id"] for request in written] == [each.key for each in requests(range(5))]
    assert all(set(request) == {"custom_id", "params"} for request in written)
    assert [identity_of_body(request["params"]) for request in written] == home.waiting
    assert "cache_control" not in str(written)
    assert home.files() == [f"{WEEK}-facets-0001.jsonl"]
    assert f"5 wait in {home.folder / 'requests'} ({WEEK}-facets-0001.jsonl)" in home.said
    assert str(home.folder / "answers") in home.said
    assert SECRET not in home.said


def test_what_is_carried_back_is_what_the_live_transport_would_have_had(home, server, tmp_path):
    live = Live(server.url, tmp_path / "live.sqlite")
    live.run(requests(range(20)))
    home.run(requests(range(20)))
    carry(server.url, home.folder)
    assert home.run(requests(range(20))).ended == {State.ANSWERED: 20}
    assert home.said == ""
    assert live.answers(range(20)) == home.store.answers_of(
        [content(n) for n in range(20)], "facets", "claude-haiku-5-5"
    )
    assert home.files("requests") == home.files("answers") == []


def test_the_carrier_of_the_manual_brings_what_can_be_read(home, server, tmp_path):
    manual = (Path(__file__).parents[3] / "docs" / "asking_a_model.md").read_text()
    script = tmp_path / "carry.py"
    script.write_text(dedent(manual.partition("```python\n")[2].partition("```")[0]))
    home.run(requests(range(3)))
    (path,) = (home.folder / "requests").iterdir()
    env = {"ANTHROPIC_BASE_URL": server.url, "ANTHROPIC_API_KEY": "x", "PATH": ""}
    said = subprocess.run([sys.executable, script, path], env=env, capture_output=True, text=True, check=True).stdout
    put(home.folder, "results.jsonl", said.splitlines())
    assert home.run(requests(range(3))).ended == {State.ANSWERED: 3}


def test_only_its_owner_may_read_what_is_written(home):
    home.run(requests(range(2)))
    put(home.folder, "bad.jsonl", ["no"])
    home.run(requests(range(2)))
    for path in home.folder.rglob("*"):
        if path.name != "bad.jsonl":
            assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    assert stat.S_IMODE(home.folder.stat().st_mode) == 0o700


def test_what_still_lacks_is_written_again_and_nothing_else(home, server):
    home.run(requests(range(10)))
    before = home.waiting
    carry(server.url, home.folder, wanted=slice(0, 4))
    assert home.run(requests(range(10))).ended == {State.ANSWERED: 4}
    assert home.waiting == before[4:]
    assert "4 of 10 requests are answered. 6 wait" in home.said
    carry(server.url, home.folder, "more.jsonl")
    home.run(requests(range(10)))
    assert home.answered(range(10)) == set(range(10))
    assert server.stats()["arrivals"] == 10
    assert home.waiting == []


def test_answers_are_told_by_their_ids_wherever_they_lie(home, server):
    home.run(requests(range(6)))
    lines = [answer(server.url, request) for request in reversed(requests_in(home.folder))]
    put(home.folder, "a.jsonl", [*lines[:2], ""])
    put(home.folder, "b.jsonl", lines[2:])
    assert home.run(requests(range(6))).ended == {State.ANSWERED: 6}


def test_a_run_without_answers_writes_the_same_files_again(home):
    home.run(requests(range(10)), most_requests=4)
    before = {path.name: path.read_bytes() for path in (home.folder / "requests").iterdir()}
    (home.folder / "requests" / f"{WEEK}-facets-0004.jsonl.part").write_text("what a killed run left")
    home.run(requests(range(10)), most_requests=4)
    assert {path.name: path.read_bytes() for path in (home.folder / "requests").iterdir()} == before
    assert len(before) == 3


def test_a_run_that_breaks_off_keeps_what_it_read_and_leaves_the_files_of_the_last(home, server):
    home.run(requests(range(10)))
    before = home.waiting
    carry(server.url, home.folder, wanted=slice(0, 3))

    def broken():
        yield from requests(range(600))
        raise RuntimeError("transcripts cannot be read")

    with pytest.raises(RuntimeError, match="transcripts"):
        home.run(broken())
    assert home.answered(range(10)) == {0, 1, 2}
    assert home.waiting == before
    assert home.files() == [f"{WEEK}-facets-0001.jsonl"]
    assert home.files("answers") == ["results.jsonl"]
    assert home.run(requests(range(10))).ended == {State.ANSWERED: 3}
    assert len(home.attempts()) == 3
    assert home.waiting == before[3:]


def test_files_hold_so_many_requests_or_bytes_at_most(home):
    home.run(requests(range(10)), most_requests=4)
    assert [len(path.read_bytes().splitlines()) for path in sorted((home.folder / "requests").iterdir())] == [4, 4, 2]
    assert "(2026-01-05-facets-0001.jsonl and 2 more)" in home.said
    size = len(orjson.dumps(requests_in(home.folder)[0]))
    home.run(requests(range(10)), most_bytes=3 * size)
    assert all(path.stat().st_size <= 3 * size for path in (home.folder / "requests").iterdir())
    assert len(home.waiting) == 10


def test_files_of_other_weeks_and_of_other_questions_stay(home):
    home.run(requests(range(3)), week=WEEK - timedelta(days=7))
    home.run(requests(range(2)))
    again = questions(purpose=Purpose.REDRAW, draw=1)
    home.run(requests(range(1), again))
    home.run(requests(range(1)))
    assert home.files() == [
        "2025-12-29-facets-0001.jsonl",
        f"{WEEK}-facets-0001.jsonl",
        f"{WEEK}-facets-redraw-0001.jsonl",
    ]
    assert len(home.waiting) == 3 + 1 + 1


def test_answers_that_nobody_waits_for_are_no_error_and_stay(home, server):
    home.run(requests(range(6)))
    carry(server.url, home.folder)
    assert home.run(requests(range(3))).ended == {State.ANSWERED: 3}
    assert home.files("answers") == ["results.jsonl"]
    assert home.rejected() == []
    put(home.folder, "strange.jsonl", [line_of("batch-1", message=message_of())])
    assert home.run(requests(range(3, 6))).ended == {State.ANSWERED: 3}
    assert home.files("answers") == ["strange.jsonl"]


def test_changed_ids_are_pointed_out(home, server):
    home.run(requests(range(2)))
    (line, _) = carry(server.url, home.folder)
    put(home.folder, "results.jsonl", [line | {"custom_id": "0" * 64}])
    home.run(requests(range(2)))
    assert "Of the 1 answers" in home.said
    assert "`custom_id`" in home.said


def test_what_failed_elsewhere_waits_again(home):
    wanted = requests(range(3))
    kinds = ["errored", "expired", "canceled"]
    home.run(wanted)
    lines = [line_of(each.key, kind, error={"message": "it is"}) for each, kind in zip(wanted, kinds, strict=True)]
    put(home.folder, "results.jsonl", lines)
    state = home.run(wanted)
    assert home.waiting == [each.key for each in wanted]
    assert "1 canceled, 1 errored, 1 expired" in home.said
    assert state.numbers()["faults_files_expired"] == 1
    assert home.attempts() == []


def test_of_several_answers_the_first_that_says_what_was_asked_counts(home, server):
    wanted = requests(range(2))
    home.run(wanted)
    good = [answer(server.url, request) for request in requests_in(home.folder)]
    cut = line_of(wanted[0].key, message=message_of(id="msg_rehearsal_cut", stop_reason="max_tokens"))
    prose = [line_of(wanted[1].key, message=message_of("Well.", id=f"msg_rehearsal_{n}")) for n in "ab"]
    expired = line_of(wanted[0].key, "expired")
    other = replace_label(good[0])
    put(home.folder, "results.jsonl", [expired, cut, good[0], other, *prose])
    assert home.run(wanted).ended == {State.ANSWERED: 1, State.UNPARSABLE: 1}
    (kept,) = home.answers([0])[content(0)]
    assert kept.reply == good[0]["result"]["message"]["content"][0]["text"]
    assert [row.request_id for row in home.attempts() if row.outcome == "unparsable"] == ["msg_rehearsal_a"]


def replace_label(line: dict) -> dict:
    message = line["result"]["message"]
    form = orjson.loads(message["content"][0]["text"]) | {"intent": "expressing"}
    changed = message | {"id": "msg_rehearsal_z", "content": [{"type": "text", "text": orjson.dumps(form).decode()}]}
    return line_of(line["custom_id"], message=changed)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"stop_reason": "refusal", "stop_details": {"category": "x" * 100}}, State.REFUSED),
        ({"stop_reason": "max_tokens"}, State.TRUNCATED),
        ({"stop_reason": "a new one"}, State.UNPARSABLE),
        ({"content": []}, State.UNPARSABLE),
    ],
)
def test_what_a_model_did_not_answer_ends_without_another_draw(home, changes, state):
    (wanted,) = requests([0])
    put_message(home, wanted.key, message_of(**changes))
    assert home.run([wanted]).ended == {state: 1}
    assert home.outcomes([0])[0].tries == 1
    assert home.said == ""
    assert home.run([wanted]).ended == {state: 1}
    assert home.waiting == []


def put_message(home, key: str, message: dict, name="results.jsonl") -> None:
    (home.folder / "answers").mkdir(parents=True, exist_ok=True)
    put(home.folder, name, [line_of(key, message=message), line_of("f" * 64, "expired")])


def test_to_ask_again_is_not_to_read_the_same_answer_again(home, server):
    (wanted,) = requests([0])
    put_message(home, wanted.key, message_of(stop_reason="max_tokens"))
    home.run([wanted])
    assert home.files("answers") == ["results.jsonl"]  # it holds a line for another run
    assert home.store.drop_outcomes({State.TRUNCATED}) == 1
    assert home.run([wanted]).done == 0
    assert home.waiting == [wanted.key]
    carry(server.url, home.folder, "second.jsonl")
    assert home.run([wanted]).ended == {State.ANSWERED: 1}
    assert [row.outcome for row in home.attempts()] == ["truncated", "answered"]


BAD = [
    ("{", "no JSON"),
    ('["list"]', "no object"),
    ('{"result": {"type": "succeeded"}}', "custom_id"),
    ('{"custom_id": 5, "result": {"type": "expired"}}', "custom_id"),
    (f'{{"custom_id": "{"a" * 64}"}}', "result"),
    (f'{{"custom_id": "{"a" * 64}", "result": {{"type": "the merger"}}}}', "result.type"),
    (line_of("a" * 64), "result.message"),
    (line_of("a" * 64, message=message_of(model=None)), "result.message.model"),
    (line_of("a" * 64, message=message_of(id="x" * 65)), "result.message.id"),
    (line_of("a" * 64, message=message_of(content="the merger")), "result.message.content"),
    (line_of("a" * 64, message=message_of(content=[{"type": "text"}])), "result.message"),
    (line_of("a" * 64, message=message_of(usage=[])), "result.message.usage"),
    (line_of("a" * 64, message=message_of(id="msg_01real")), "a model's answer: OEI_ENGINE asks for rehearsed ones"),
]


def test_bad_lines_are_listed_without_their_text_and_the_rest_goes_on(home, server):
    home.run(requests(range(3)))
    good = [answer(server.url, request) for request in requests_in(home.folder)[:2]]
    put(home.folder, "results.jsonl", [good[0], *[line for line, _ in BAD], good[1]])
    assert home.run(requests(range(3))).ended == {State.ANSWERED: 2}
    header, *rows = home.rejected()
    assert header == "file,line,reason"
    for number, (row, (_, reason)) in enumerate(zip(rows, BAD, strict=True), start=2):
        assert row.startswith(f"results.jsonl,{number},")
        assert row.endswith(reason)
    assert "the merger" not in "".join(rows) + home.said
    assert "1 × no JSON" in home.said
    assert str(home.folder / "rejected_lines.csv") in home.said
    assert home.files("answers") == ["results.jsonl"]
    (home.folder / "answers" / "results.jsonl").unlink()
    home.run(requests(range(3)))
    assert home.rejected() == []


def test_a_rehearsed_answer_is_never_taken_for_a_models(home, server, tmp_path):
    asked = Exchange(tmp_path / "claude", is_rehearsal=False)
    asked.run(requests(range(3)))
    carry(server.url, asked.folder)
    assert asked.run(requests(range(3))).done == 0
    assert len(asked.waiting) == 3
    assert "3 × a rehearsed answer: OEI_ENGINE asks for a model's" in asked.said
    assert asked.attempts() == []


def test_the_ledger_shows_tokens_and_no_money_and_the_models_own_name(home, server):
    home.run(requests(range(4)))
    lines = carry(server.url, home.folder)
    for line in lines:
        line["result"]["message"]["model"] = "haiku-elsewhere"
    put(home.folder, "results.jsonl", lines)
    state = home.run(requests(range(4)))
    (row,) = ledger(home.store).to_dict("records")
    assert (row["transport"], row["answers"], row["usd"]) == ("files", 4, 0.0)
    assert row["output_tokens"] == state.usage.output > 0
    assert (
        home.store.answers_of([content(0)], "facets", "claude-haiku-5-5")[content(0)][0].served_model
        == "haiku-elsewhere"
    )


def test_what_a_batch_has_is_not_carried_too(home, clock):
    wanted = requests(range(3))
    batch = BatchRow("0123abcd", None, BatchState.SUBMITTED, WEEK, 1, 1, "p", False, False, True, 0, 0, None, clock())
    BatchStore(home.store, "http://elsewhere").add(batch, [OpenRequest(wanted[0])])
    home.run(wanted)
    assert home.waiting == [each.key for each in wanted[1:]]
    assert "1 are in batches under way" in home.said
    home.run(wanted[:1])
    assert home.said.startswith("0 of 1 requests are answered. 1 are in batches")


def test_answers_that_are_taken_away_or_grow_meanwhile_do_no_harm(home, server):
    home.run(requests(range(2)))
    path = home.folder / "answers" / "results.jsonl"
    lines = carry(server.url, home.folder)

    def gone():
        path.unlink()
        yield from requests(range(2))

    home.run(gone())
    assert len(home.waiting) == 2

    def grown():
        yield from requests(range(2))
        path.write_text(path.read_text() + "\n")

    put(home.folder, "results.jsonl", lines)
    assert home.run(grown()).done == 2
    assert path.exists()


def test_requests_of_weeks_that_are_others_by_now_are_forgotten(home):
    earlier = WEEK - timedelta(days=7)
    home.run(requests(range(1)))
    home.run(requests(range(1)), week=earlier)
    (home.folder / "requests" / "my notes.txt").write_text("-")
    seen: list[date] = []
    forget_requests(home.folder, lambda week: seen.append(week) or week == earlier)
    assert sorted(seen) == [earlier, WEEK]
    assert home.files() == [f"{WEEK}-facets-0001.jsonl", "my notes.txt"]
    forget_requests(home.folder / "nowhere", lambda week: True)


def test_a_request_that_ended_for_another_subject_is_not_asked_again(home, server):
    (wanted,) = requests([0])
    home.run([wanted])
    carry(server.url, home.folder)
    home.run([wanted])
    twin = replace(wanted, subject=replace(wanted.subject, content_hash=content(1)))
    assert home.run([twin]).ended == {State.ANSWERED: 1}
    assert home.waiting == []
