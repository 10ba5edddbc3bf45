import orjson
import pytest

from economic_index.labels.label_rows import LabelError, RowKind, checked_rows
from economic_index.labels.settle import Dispute, disputes_between, readings_of, settled_rows


def row(name, **changes):
    given = {"is_occupational": True, "use_case": "work", "collaboration": "directive", "intent": "doing",
             "soc_groups": ["15", "27"]}  # fmt: skip
    return {"id": name} | given | changes


FIRST = [row("a_0"), row("b_0", collaboration="learning"), row("c_0", is_occupational=False, soc_groups=[])]
SECOND = [row("a_0"), row("b_0", soc_groups=["27", "15", "13"]), row("c_0")]


def readings(disputes, **values):
    return b"\n".join(orjson.dumps({"id": d.id, "facet": d.facet, "value": values[d.facet]}) for d in disputes)


def test_a_sheet_has_every_dispute_and_does_not_tell_whose_a_label_is():
    disputes = disputes_between(FIRST, SECOND)
    assert {(d.id, d.facet) for d in disputes} == {
        ("b_0", "collaboration"), ("b_0", "soc_group"), ("c_0", "is_occupational"), ("c_0", "soc_group"),
    }  # fmt: skip
    assert disputes == disputes_between(SECOND, FIRST)
    many = [row(f"{n}_0", collaboration="learning") for n in range(200)], [row(f"{n}_0") for n in range(200)]
    firsts = [d.options[0] for d in disputes_between(*many)]
    assert 70 < firsts.count("learning") < 130


def test_a_reading_is_folded_back():
    disputes = disputes_between(FIRST, SECOND)
    read = readings_of(readings(disputes, collaboration="unsettled", soc_group="27", is_occupational="true"), disputes)
    rows = settled_rows(FIRST, SECOND, read)
    assert rows[0]["disputed"] == []
    assert rows[1] | {"collaboration": "unsettled", "soc_groups": ["27", "15"]} == rows[1]
    assert rows[2] | {"is_occupational": True, "soc_groups": ["27"]} == rows[2]
    content = b"\n".join(orjson.dumps(each) for each in rows)
    assert len(checked_rows("settled", content, codebook=1, kind=RowKind.SETTLED)) == 3


def test_without_a_reading_a_dispute_is_unsettled():
    rows = settled_rows(FIRST, SECOND, {})
    assert rows[1]["collaboration"] == rows[1]["soc_groups"] == "unsettled"
    assert rows[2]["is_occupational"] == "unsettled"


def test_a_reading_must_be_whole_and_of_the_codebook():
    disputes = [Dispute("b_0", "intent", ("asking", "doing"))]
    assert readings_of(readings(disputes, intent="expressing"), disputes) == {("b_0", "intent"): "expressing"}
    with pytest.raises(LabelError, match="1 disputes unread"):
        readings_of(b"", disputes)
    with pytest.raises(LabelError, match="is no intent"):
        readings_of(readings(disputes, intent="work"), disputes)
    with pytest.raises(LabelError, match="was not asked, or twice"):
        readings_of(readings(disputes * 2, intent="doing"), disputes)
    with pytest.raises(LabelError, match="read by one coder alone"):
        disputes_between(FIRST, SECOND[:2])
