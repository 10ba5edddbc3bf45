import hashlib

import orjson
import pytest

from economic_index.labels import label_rows
from economic_index.labels.corpus import open_parts
from economic_index.labels.draws import draw_test
from economic_index.labels.label_rows import AGAIN_FIELDS, LabelError, RowKind, checked_rows, value_of
from economic_index.labels.label_sets import CODERS, SETTLED, LabelSet, as_lines, check_apart, load_set, load_sets
from economic_index.labels.settle import disputes_between, settled_rows
from economic_index.vocabulary import Role

GOOD = {
    "id": "a_0", "is_occupational": True, "use_case": "work", "collaboration": "directive",
    "collaboration_second": None, "intent": "doing", "soc_groups": ["15"], "iwa": ["4.A.1.a.1.I01"],
    "occupations": ["Web Developers"], "request": "Write a page", "language": "en", "confidence": 3,
}  # fmt: skip


def refused(*rows, **options):
    content = b"\n".join(orjson.dumps(row) for row in rows)
    with pytest.raises(LabelError) as error:
        checked_rows("file.jsonl", content, **{"codebook": 1, "kind": RowKind.CODED} | options)
    return str(error.value)


def test_the_committed_sets_are_as_they_must_be():
    sets = {each.name: each for each in load_sets()}
    assert len(sets["training_4000"].rows) == 4_000
    assert sets["training_4000"].inclusion_probability == pytest.approx(4_000 / 7_628)
    assert {len(sets[name].rows) for name in (*CODERS, SETTLED)} == {520}
    assert all(each.coder.kind == "machine" and "language model" in each.coder.name for each in sets.values())


def test_no_file_holds_more_than_labels_and_a_short_paraphrase():
    for each in load_sets():
        for row in each.rows:
            longest = max((len(value) for value in row.values() if isinstance(value, str)), default=0)
            assert longest <= 250, each.name


def test_the_test_set_can_be_drawn_again():
    parts = open_parts().values()
    frame = [part.id for part in parts if part.turns and part.turns[0].role == Role.USER]
    drawn = draw_test(frame, load_set("training_4000").ids, 520)
    assert set(drawn) == set(load_set(SETTLED).ids)
    assert len(frame) == 7_628


def test_the_settled_set_is_what_its_coders_and_the_third_reading_give():
    first, second, settled = (load_set(name) for name in (*CODERS, SETTLED))
    disputes = disputes_between(first.rows, second.rows)
    read = {(each.id, each.facet): value_of(row, each.facet) for each in disputes for row in settled.rows
            if row["id"] == each.id}  # fmt: skip
    assert (
        hashlib.sha256(as_lines(settled_rows(first.rows, second.rows, read))).hexdigest()
        == hashlib.sha256(as_lines(settled.rows)).hexdigest()
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"use_case": "wrok"}, "use_case = 'wrok'. Write one of work, coursework, personal"),
        ({"is_occupational": "true"}, "Write true or false, without quotes"),
        ({"collaboration_second": "directive"}, "Write another pattern than the first, or null"),
        ({"soc_groups": ["99"]}, "two-digit SOC groups"),
        ({"soc_groups": []}, "soc_groups and is_occupational do not go together"),
        ({"iwa": ["4.X"]}, "ids of intermediate work activities"),
        ({"iwa": []}, "iwa and is_occupational do not go together"),
        ({"request": "word " * 25}, "longer than 24 words"),
        ({"confidence": 4}, "Write 1, 2 or 3"),
        ({"language": ""}, "BCP-47"),
        ({"text": "what they wrote"}, "has text, which no row has"),
    ],
)
def test_a_fault_is_told_with_file_line_and_remedy(change, said):
    message = refused(GOOD, GOOD | {"id": "b_0"} | change)
    assert message.startswith("file.jsonl, line 2 (b_0): ")
    assert said in message


def test_faults_of_lines():
    assert "line 2: a_0 stands in line 1 already" in refused(GOOD, GOOD).replace(" (a_0)", "")
    assert "no object with an `id`" in refused({"no": "id"})
    assert "lacks intent" in refused({name: value for name, value in GOOD.items() if name != "intent"})
    with pytest.raises(LabelError, match="line 1: not JSON"):
        checked_rows("file.jsonl", b"{", codebook=1, kind=RowKind.CODED)


def test_activities_of_what_is_not_occupational_are_older_than_the_codebook():
    idle = GOOD | {"is_occupational": False, "soc_groups": []}
    assert checked_rows("f", orjson.dumps(idle), codebook=0, kind=RowKind.CODED)
    assert "iwa and is_occupational" in refused(idle)


def test_a_settled_row_may_be_unsettled_and_must_be_consistent():
    row = {"id": "a_0", "is_occupational": "unsettled", "use_case": "work", "collaboration": "unsettled",
           "intent": "doing", "soc_groups": "unsettled", "disputed": ["collaboration"]}  # fmt: skip
    assert checked_rows("f", orjson.dumps(row), codebook=1, kind=RowKind.SETTLED)
    assert "Settle both together" in refused(
        row | {"is_occupational": False, "soc_groups": ["15"]}, kind=RowKind.SETTLED
    )
    assert "labels/settle.py" in refused(GOOD, kind=RowKind.SETTLED)


def test_nothing_is_trained_on_what_tests():
    def of(name, purpose):
        return LabelSet(name, purpose, None, "", 1, "", None, ({"id": "a_0"},))

    check_apart([of("one", "train"), of("two", "aimed")])
    with pytest.raises(LabelError, match=r"one.jsonl: 1 conversations of the test set, the first a_0"):
        check_apart([of("one", "train"), of("two", "test")])


def test_an_unknown_set_is_told_with_those_that_there_are():
    with pytest.raises(LabelError, match=r"no such label set\. Known: training_4000"):
        load_set("training_5000")
    assert label_rows.classes_of("soc_group")[-1] == "none"


AGAIN = {name: value for name, value in GOOD.items() if name in AGAIN_FIELDS}


def test_a_row_read_again_has_the_closed_facets_alone():
    assert checked_rows("f", orjson.dumps(AGAIN), codebook=1, kind=RowKind.READ_AGAIN)
    assert "has iwa" in refused(AGAIN | {"iwa": []}, kind=RowKind.READ_AGAIN)
    assert "lacks intent" in refused(
        {name: value for name, value in AGAIN.items() if name != "intent"}, kind=RowKind.READ_AGAIN
    )
    assert "do not go together" in refused(AGAIN | {"soc_groups": []}, kind=RowKind.READ_AGAIN)


def test_what_was_read_again_keeps_what_the_first_reading_said_of_the_rest():
    first = {row["id"]: row for row in load_set("training_4000").rows}
    again = load_set("training_again").rows
    assert len(again) > 1_000
    assert all(row["request"] == first[row["id"]]["request"] for row in again)
    assert 0.5 < sum(row["soc_groups"][:1] == first[row["id"]]["soc_groups"][:1] for row in again) / len(again) < 0.9


def test_only_rows_of_the_first_reading_are_read_again(monkeypatch):
    content = orjson.dumps(AGAIN | {"id": "strange_0"})
    load_set("training_4000")  # kept: the file's bytes are replaced below
    monkeypatch.setattr("economic_index.labels.label_sets.file_bytes", lambda name: content)
    with pytest.raises(LabelError, match=r"strange_0 is not in training_4000"):
        load_set.__wrapped__("training_again")
