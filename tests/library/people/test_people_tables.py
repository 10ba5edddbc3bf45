"""Tables of people out of CSV, Parquet and a database: what is kept, what is rejected, and no raw id anywhere."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from economic_index.contracts.lake import RAW_LOGS, USERS, USERS_REJECTED, WEIGHTS
from economic_index.conversations import identify
from economic_index.lake import Lake
from economic_index.people.declared import People, TableSource, UsersTable
from economic_index.people.reading import PeopleReader, sentences
from economic_index.people.rows import PeopleError

KEY = b"k" * 32
ADA, BOB = "Ada@Example.org", "user-7"
DATED = ("mail", "department", "from", "to")


def table_of(path: Path, **columns: Any) -> UsersTable:
    named = {"attributes": {"department": "department"}, "system": "system"} | columns
    return UsersTable(TableSource(path), "mail", **named)


def dated(path: Path) -> UsersTable:
    return table_of(path, valid_from="from", valid_to="to", system=None)


def csv(path: Path, header: Sequence[str], *lines: str) -> Path:
    path.write_text("\n".join([",".join(header), *lines]) + "\n", encoding="utf-8")
    return path


def read(lake: Lake, people: People, secrets: dict[str, str] | None = None) -> tuple[pd.DataFrame, list[tuple]]:
    """Rows of lake/users, and line and reason of what was rejected."""
    PeopleReader(people, KEY, (secrets or {}).get).read(lake)
    rejected = lake.read(USERS_REJECTED)
    return lake.read(USERS), list(zip(rejected["locator"], rejected["reason"], strict=True))


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "home")


def pseudonym(system: str, raw_id: str) -> str:
    return identify.user_id(KEY, system, raw_id)


def test_a_key_is_hashed_as_the_log_does_and_is_in_no_file(lake: Lake, tmp_path: Path) -> None:
    lines = [f" {ADA.lower()} ,chatgpt,Research", f"{BOB},claude_ai,", "x,none_such,Sales", "  ,chatgpt,Sales"]
    path = csv(tmp_path / "people.csv", ("mail", "system", "department"), *lines)
    users, rejected = read(lake, People(table_of(path)))
    assert users[["user_id", "segment_type", "segment"]].to_numpy().tolist() == [
        [pseudonym("chatgpt", ADA), "department", "Research"]
    ]
    assert rejected == [(4, "unknown_system"), (5, "no_key")]
    for file in lake.root.rglob("*"):
        assert not file.is_file() or ADA.lower().encode() not in file.read_bytes().lower()


def test_without_a_system_a_key_counts_in_each_system_of_these_logs(lake: Lake, tmp_path: Path) -> None:
    raw_logs = lake.read(RAW_LOGS)
    row = {name: 0 if str(col.dtype) == "int64" else "" for name, col in RAW_LOGS.schema.columns.items()}
    seen = [row | {"source_format": name, "status": "read", "reason": None, "touched_weeks": []}
            for name in ("chatgpt_export", "claude_export")]  # fmt: skip
    lake.write(RAW_LOGS, pd.DataFrame(seen)[list(raw_logs.columns)])
    path = csv(tmp_path / "people.csv", ("mail", "department"), f"{BOB},Sales")
    users, _ = read(lake, People(table_of(path, system=None)))
    assert set(users["user_id"]) == {pseudonym(name, BOB) for name in ("chatgpt", "claude_ai", "person")}


def test_rows_that_cannot_be_used_are_rejected_with_their_line_and_the_rest_goes_on(lake: Lake, tmp_path: Path) -> None:
    lines = [
        "a,Sales,2026-01-01,2026-06-30",
        "a,Research,2026-07-01,",
        "a,Legal,2026-12-01,2026-12-31",  # the line before has no end
        "b,Sales,,",
        "b,Sales,,",
        "c,Sales,soon,",
        "d,Sales,2026-02-01,2026-01-31",
        "e,Sales,2026-02-30,",
        "f,Sales",
        f"g,{'x' * 101},,",
        '"h","Sa',
        'les",,',
        "i,Sales,2026-01-01T10:00:00,2026-01-01",
    ]
    path = csv(tmp_path / "people.csv", DATED, *lines)
    users, rejected = read(lake, People(dated(path)))
    assert rejected == [
        (4, "overlapping_validity"),
        (6, "duplicate_key"),
        (7, "bad_date"),
        (8, "dates_reversed"),
        (9, "bad_date"),
        (10, "wrong_cell_count"),
        (11, "bad_value"),
        (13, "bad_value"),
    ]
    persons = users[users["user_id"].isin([pseudonym("person", name) for name in "abi"])]
    assert persons["segment"].tolist() == ["Sales", "Research", "Sales", "Sales"]
    assert persons["valid_to"].tolist() == [date(2026, 6, 30), None, None, date(2026, 1, 1)]
    details = " ".join(lake.read(USERS_REJECTED)["detail"])
    assert "line 3 speaks of the same person and days" in details
    assert "to is before from" in details
    assert "soon" not in details
    said = sentences(lake.read(USERS_REJECTED).to_dict("records"))
    assert "[users] people.csv: 2 rows not used, bad_date (first at line 7: from: not like 2026-01-31)." in said


def test_parquet_and_a_database_give_the_same_as_csv(lake: Lake, tmp_path: Path) -> None:
    rows = [("7", "Sales", date(2026, 1, 1), None), ("8", "Research", None, None)]
    frame = pd.DataFrame(rows, columns=list(DATED))
    frame.assign(mail=[7.0, 8.0]).to_parquet(tmp_path / "people.parquet")  # whole numbers beside nulls are floats
    csv(tmp_path / "people.csv", DATED, "7,Sales,2026-01-01,", "8,Research,,")
    with sqlite3.connect(tmp_path / "hr.sqlite") as connection:
        connection.execute('create table people (mail text, department text, "from" text, "to" text)')
        stored = [(key, department, str(first) if first else None, None) for key, department, first, _ in rows]
        connection.executemany("insert into people values (?, ?, ?, ?)", stored)
    query = TableSource(query="select * from people where mail <> '9'", url_env="HR_URL")
    asked = UsersTable(query, "mail", attributes={"department": "department"}, valid_from="from", valid_to="to")
    found = [
        read(lake, People(table), {"HR_URL": f"sqlite:///{tmp_path / 'hr.sqlite'}"})[0].to_numpy().tolist()
        for table in (dated(tmp_path / "people.csv"), dated(tmp_path / "people.parquet"), asked)
    ]
    assert found[0] == found[1] == found[2]
    assert len(found[0]) == 2


@pytest.mark.parametrize("header", ["mail;department;from;to", "mail\tdepartment\tfrom\tto"])
def test_semicolons_tabs_and_a_byte_order_mark_are_read(lake: Lake, tmp_path: Path, header: str) -> None:
    path = tmp_path / "people.csv"
    mark = header[4]
    path.write_text("\ufeff" + header + f"\n7{mark}Sales{mark}{mark}\n\n", encoding="utf-8")
    users, rejected = read(lake, People(dated(path)))
    assert (users["segment"].tolist(), rejected) == (["Sales"], [])


def test_what_stops_a_table_names_file_and_place_and_no_value(lake: Lake, tmp_path: Path) -> None:
    secret = "zoe.nobody@example.org"
    stops = {
        "no_header.csv": (f"{secret},Sales\n".encode(), "no_header.csv, line 1: column 'mail' is not there"),
        "twice.csv": (b"mail,mail,department,from,to\n", "column 'mail' is there twice"),
        "quote.csv": (f'mail,department,from,to\na,Sales,,\n"{secret},Sales,,\n'.encode(), "quote.csv, about line"),
        "latin.csv": ("mail,department,from,to\nJürgen,x,,\n".encode("latin-1"), "latin.csv, about line 1: not UTF-8"),
        "bad.parquet": (secret.encode(), "bad.parquet: not Parquet"),
        "empty.csv": (b"", "of 0 columns"),
    }
    for name, (content, told) in stops.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(PeopleError) as caught:
            read(lake, People(dated(tmp_path / name)))
        assert told in str(caught.value), name
        assert secret not in str(caught.value)
    with pytest.raises(PeopleError, match=r"gone\.csv: does not exist"):
        read(lake, People(dated(tmp_path / "gone.csv")))
    assert lake.commit_of(USERS) is None


@pytest.mark.parametrize(
    ("url", "told"),
    [
        (None, "HR_URL: not set"),
        ("no url at all", "HR_URL: no URL of a database"),
        ("sqlite:////nowhere/secret.sqlite", "HR_URL: the query over this database failed (OperationalError)"),
    ],
)
def test_a_database_that_cannot_be_asked_is_named_by_its_variable_alone(lake: Lake, url: str | None, told: str) -> None:
    query = UsersTable(TableSource(query="select mail", url_env="HR_URL"), "mail", weight="w")
    with pytest.raises(PeopleError) as caught:
        read(lake, People(query), {"HR_URL": url} if url else {})
    assert told in str(caught.value)
    assert "secret" not in str(caught.value)


def test_accounts_of_one_person_may_say_the_same_and_nothing_else(lake: Lake, tmp_path: Path) -> None:
    accounts = csv(
        tmp_path / "accounts.csv",
        ("system", "raw_id", "person"),
        f"chatgpt,{ADA},P1",
        f"claude_ai,{BOB},P1",
        f"claude_ai,{BOB},P2",
        "telex,1,P1",
        "chatgpt,1,",
    )
    lines = [f"{ADA},chatgpt,Sales", f"{BOB},claude_ai,Sales", "P1,person,Sales", f"{ADA},claude_ai,Legal"]
    people = csv(tmp_path / "people.csv", ("mail", "system", "department"), *lines)
    users, rejected = read(lake, People(table_of(people), TableSource(accounts)))
    assert users[["user_id", "segment"]].to_numpy().tolist() == [
        [pseudonym("person", "P1"), "Sales"],
        [pseudonym("claude_ai", ADA), "Legal"],
    ]
    assert rejected == [(4, "duplicate_key"), (5, "unknown_system"), (6, "no_key")]
    csv(people, ("mail", "system", "department"), f"{ADA},chatgpt,Sales", f"{BOB},claude_ai,Legal")
    assert read(lake, People(table_of(people), TableSource(accounts)))[1][-1] == (3, "duplicate_key")


def test_an_identity_file_of_which_nothing_can_be_used_stops(lake: Lake, tmp_path: Path) -> None:
    accounts = csv(tmp_path / "accounts.csv", ("system", "raw_id", "person"), "telex,1,P1")
    with pytest.raises(PeopleError, match=r"none of its 1 rows can be used \(line 2: unknown_system\)"):
        PeopleReader(People(identities=TableSource(accounts)), KEY).accounts()


def test_weights_of_users_and_of_conversations(lake: Lake, tmp_path: Path) -> None:
    people = csv(tmp_path / "people.csv", ("mail", "w"), "a,2.5", "b,", "c,-1", "d,inf", "e,nan", "f,heavy", "g,0")
    own = "c1" + "a" * 26
    weights = csv(
        tmp_path / "weights.csv",
        ("system", "conversation", "weight"),
        "chatgpt,native-1,3",
        f",{own},0.5",
        f",{own},0.7",
        ",native-2,1",
        "chatgpt,native-3,",
        "chatgpt,,1",
    )
    declared = UsersTable(TableSource(people), "mail", weight="w")
    rejected = read(lake, People(declared, weights=TableSource(weights)))[1]
    found = lake.read(WEIGHTS)
    assert dict(zip(found["subject_id"], found["weight"], strict=True)) == {
        pseudonym("person", "a"): 2.5,
        pseudonym("person", "g"): 0.0,
        identify.conversation_id("chatgpt", "native-1"): 3.0,
        identify.guarded_conversation_id(KEY, "chatgpt", "native-1"): 3.0,
        own: 0.5,
    }
    assert [reason for _, reason in rejected[:4]] == ["bad_weight"] * 4
    assert rejected[4:] == [
        (4, "duplicate_key"),
        (5, "unknown_system"),
        (6, "bad_weight"),
        (7, "no_key"),
    ]


def test_a_table_that_has_not_changed_keeps_its_commit(lake: Lake, tmp_path: Path) -> None:
    path = csv(tmp_path / "people.csv", DATED, "7,Sales,,")
    read(lake, People(dated(path)))
    known = lake.commit_of(USERS)
    read(lake, People(dated(path)))
    assert lake.commit_of(USERS) == known
    read(lake, People())
    assert lake.read(USERS).empty


def test_days_with_a_time_are_days(lake: Lake, tmp_path: Path) -> None:
    frame = pd.DataFrame([("7", "Sales", datetime(2026, 1, 1, 23, 59, tzinfo=UTC), None)], columns=list(DATED))
    frame.to_parquet(tmp_path / "people.parquet")
    users, _ = read(lake, People(dated(tmp_path / "people.parquet")))
    assert users["valid_from"].tolist() == [date(2026, 1, 1)]
