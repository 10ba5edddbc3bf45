"""A broken contract is told by table, column, rule and number of rows: never by a value, in no part of the error."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from economic_index.contracts import TABLES, BrokenContract, Table, checked, validated
from economic_index.contracts.lake import CONVERSATIONS_REJECTED, FACET_SUMMARIES_REJECTED, TRANSCRIPTS
from economic_index.lake import Lake, empty_frame
from economic_index.vocabulary import DeadLetterReason

PROJECT = Path(__file__).resolve().parents[2]
SECRET = "the merger is on Friday"
WEEK = date(2026, 1, 5)
DEAD = FACET_SUMMARIES_REJECTED


def dead_letters(**columns: Any) -> pd.DataFrame:
    good = {"conversation_id": ["a", "b"], "reason": "dead", "detail": "1", "attempt_count": 2}
    return pd.DataFrame(good | columns)


def plain_row(table: Table) -> dict[str, Any]:
    """One row as Python has it; what may be null is."""
    of_kind: dict[str, Any] = {
        "string": "x",
        "bool": True,
        "date32[day]": WEEK,
        "timestamp[us, tz=UTC]": datetime.now(UTC),
    }
    row: dict[str, Any] = {}
    for name, column in table.schema.columns.items():
        kind, values = str(column.metadata["arrow"]), column.metadata["values"]
        found = next(iter(values)).value if values else [] if kind.startswith("list") else of_kind.get(kind, 1)
        row[name] = None if column.nullable else found
    return row


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_rows_that_fit_are_what_pandera_makes_of_them(table: Table) -> None:
    names = list(table.schema.columns)
    for rows in (pd.DataFrame({name: [] for name in names}), pd.DataFrame([plain_row(table)], index=[7])):
        by_pandera = table.schema.validate(rows)
        for given in (rows, by_pandera, rows[names[::-1]]):
            pd.testing.assert_frame_equal(validated(table, given)[names], by_pandera)


def told(error: BaseException | None) -> str:
    """All that a log could print of an error, and of those behind it."""
    parts = []
    while error is not None:
        parts += [str(error), repr(error), repr(vars(error))]
        error = error.__cause__ or error.__context__
    return "\n".join(parts)


@pytest.mark.parametrize(
    ("columns", "rule"),
    [
        ({"reason": ["dead", SECRET]}, "reason: isin.* \\(1 row\\)"),
        ({"attempt_count": [SECRET, 1]}, "attempt_count: coerce_dtype.* \\(1 row\\)"),
        ({"conversation_id": [SECRET, SECRET]}, "conversation_id: .*unique.* \\(2 rows\\)"),
        ({"detail": [None, SECRET]}, "detail: not_nullable \\(1 row\\)"),
        ({SECRET: 1}, "column_in_schema"),
        ({"reason": [[SECRET], {SECRET: 1}]}, "reason: isin.* \\(2 rows\\)"),
    ],
)
def test_a_broken_rule_is_named_and_no_value_is_told(columns: dict[str, Any], rule: str) -> None:
    with pytest.raises(BrokenContract, match=rule) as caught:
        validated(DEAD, dead_letters(**columns))
    assert "lake/facet_summaries_rejected" in str(caught.value)
    assert SECRET not in told(caught.value)
    assert caught.value.__context__ is caught.value.__cause__ is None


def test_a_missing_column_is_named() -> None:
    with pytest.raises(BrokenContract, match="detail: column_in_dataframe"):
        validated(DEAD, dead_letters().drop(columns="detail"))


def test_what_pandas_calls_an_object_is_held_to_its_arrow_type(tmp_path: Path) -> None:
    row = dict.fromkeys(CONVERSATIONS_REJECTED.schema.columns, "x")
    row |= {"locator_kind": "line", "locator": 1, "reason": "no_time", "source_format": None, "week_start": SECRET}
    rows = validated(CONVERSATIONS_REJECTED, pd.DataFrame([row]))
    lake = Lake(tmp_path)
    with pytest.raises(BrokenContract, match="week_start: is not date32") as caught:
        lake.write(CONVERSATIONS_REJECTED, rows)
    assert SECRET not in told(caught.value)
    assert lake.read(CONVERSATIONS_REJECTED).empty
    assert not list(lake.root.rglob("*.tmp"))


def test_a_file_that_lies_there_broken_is_told_without_its_values(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.commit_week(WEEK, {DEAD: dead_letters(reason=SECRET)})
    with pytest.raises(BrokenContract, match="reason: isin") as caught:
        lake.read_week(DEAD, WEEK)
    assert SECRET not in told(caught.value)


def test_rows_that_keep_it_come_back_in_the_declared_types() -> None:
    rows = validated(DEAD, dead_letters(attempt_count=[1.0, 2.0]))
    assert rows.dtypes.to_dict() == empty_frame(DEAD).dtypes.to_dict()


def message(**values: Any) -> dict[str, Any]:
    good = {"role": "user", "text": SECRET, "sent_at": None, "model": None, "has_attachment": False}
    return good | values


def batch(*rows: tuple[str | None, list[dict[str, Any]] | None]) -> pa.RecordBatch:
    """Transcripts whose Arrow schema declares nothing."""
    named = [{"conversation_id": name, "content_hash": "h", "messages": messages} for name, messages in rows]
    schema = pa.schema([pa.field(field.name, loosened(field.type)) for field in TRANSCRIPTS.arrow_schema()])
    return pa.RecordBatch.from_pylist(named, schema)


def loosened(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_list(kind):
        return pa.list_(loosened(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([pa.field(field.name, field.type) for field in kind])
    return kind


def test_batches_that_keep_the_contract_pass_unchanged() -> None:
    sent = datetime(2026, 1, 6, tzinfo=UTC)
    given = [batch(("a", [message(), message(sent_at=sent)]), ("b", [])), batch(("c", [message(model="m")]))]
    passed = list(checked(TRANSCRIPTS, given))
    assert [each.to_pylist() for each in passed] == [each.to_pylist() for each in given]
    assert all(each.schema.equals(TRANSCRIPTS.arrow_schema()) for each in passed)


@pytest.mark.parametrize(
    ("broken", "rule"),
    [
        (lambda: batch((None, [message()])), "conversation_id: not_nullable"),
        (lambda: batch(("z", None)), "messages: "),
        (lambda: batch(("y", [message()]), ("z", [message(), message(text=None)])).slice(1), "messages: "),
        (lambda: batch(("z", [message()]), ("a", [message()])), "conversation_id: unique \\(1 row\\)"),
        (lambda: batch(("z", [message()])).drop_columns(["content_hash"]), "content_hash: missing"),
        (lambda: batch(("z", [message()])).set_column(2, "messages", pa.array([SECRET])), "messages: missing, or not"),
        (lambda: batch(("z", [message()])).append_column(SECRET, pa.array([1])), "1 columns that are not declared"),
    ],
)
def test_a_batch_that_breaks_it_is_refused_and_no_value_is_told(
    broken: Callable[[], pa.RecordBatch], rule: str
) -> None:
    drawn: Iterator[pa.RecordBatch] = checked(TRANSCRIPTS, [batch(("a", [message()])), broken()])
    assert next(drawn).num_rows == 1
    with pytest.raises(BrokenContract, match=rule) as caught:
        next(drawn)
    assert SECRET not in told(caught.value)


def test_labels_of_a_batch_are_those_of_the_vocabulary() -> None:
    good, bad = (pa.RecordBatch.from_pandas(dead_letters(reason=reason)) for reason in (DeadLetterReason.DEAD, SECRET))
    assert len(list(checked(DEAD, [good]))) == 1
    with pytest.raises(BrokenContract, match=re.escape("reason: isin (2 rows)")) as caught:
        list(checked(DEAD, [bad]))
    assert SECRET not in told(caught.value)


def test_nothing_else_validates() -> None:
    calls = [
        path
        for folder in ("economic_index", "assets", "orchestration")
        for path in (PROJECT / folder).rglob("*.py")
        if ".schema.validate(" in path.read_text()
    ]
    assert [path.name for path in calls] == ["validation.py"]
