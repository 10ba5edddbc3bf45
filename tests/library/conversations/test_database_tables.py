"""A table of a database by watermark, in SQLite, DuckDB and PostgreSQL alike: what changed, whole, and nothing else."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import pytest
import sqlalchemy as sa
from mapped_tables import by_conversation, mapping
from reading_files import everything_written
from reading_home import AS_OF, KEY

from economic_index.contracts.lake import CONVERSATIONS_REJECTED, RAW_LOGS
from economic_index.conversations import databases, identify, table_reading
from economic_index.conversations.check_logs import sniff_table
from economic_index.conversations.databases import DatabaseError, TableQuery, json_line, open_rows
from economic_index.conversations.errors import LogFormatError
from economic_index.conversations.reading import LogReader
from economic_index.conversations.reading_outcome import Reading
from economic_index.conversations.sources import Source
from economic_index.conversations.table_reading import spool
from economic_index.conversations.watermarks import Watermark
from economic_index.conversations.weekly import conversations_of_week, weeks_with_winners
from economic_index.conversations.winners import WinnerStore
from economic_index.lake import SCRATCH, Lake
from economic_index.vocabulary import RejectReason
from tests.library.llm.postgres import cluster, programs

START = datetime(2026, 1, 5, 9)  # noqa: DTZ001 - columns without zone
TABLE = 'create table "Messages" (thread text, agent text, "sentAt" timestamp, who text, body text, changed timestamp)'
COLUMNS = {"conversation_id": "thread", "user_id": "agent", "time": "sentAt", "role": "who", "text": "body"}
DESK = Source(
    "desk", mapping=replace(mapping(), columns=COLUMNS), url_env="DESK_URL", table="Messages", watermark="changed"
)
Run = Callable[..., None]


@pytest.fixture(scope="module")
def postgres_url() -> Iterator[str]:
    found = programs()
    if found is None:
        if os.environ.get("OEI_REQUIRE_SERVICES") == "1":
            pytest.fail("PostgreSQL is required here (OEI_REQUIRE_SERVICES=1) and was not found.")
        pytest.skip("PostgreSQL was not found; install Debian's package `postgresql` to run these tests.")
    pytest.importorskip("psycopg")
    with cluster(found) as url:
        yield url


@pytest.fixture(params=["sqlite", "duckdb", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Run]:
    """The address of an empty table, and what runs statements there."""
    path = tmp_path / f"desk.{request.param}"
    url = f"{request.param}:///{path}" if request.param != "postgresql" else request.getfixturevalue("postgres_url")

    def run(statement: str, *rows: tuple[Any, ...]) -> None:
        if url.startswith("duckdb"):
            with duckdb.connect(path) as connection:
                for row in rows or ((),):
                    connection.execute(statement, row)
            return
        with sa.create_engine(url).begin() as connection:
            for row in rows or ((),):
                told = [
                    value.isoformat(" ") if request.param == "sqlite" and isinstance(value, datetime) else value
                    for value in row
                ]
                connection.exec_driver_sql(statement.replace("?", "%s") if url[:2] == "po" else statement, tuple(told))

    if request.param == "postgresql":
        run('drop table if exists "Messages"')
    run(TABLE)
    return url, run


def row(thread: str, minute: int, who: str, body: str, changed: int | None = None) -> tuple[Any, ...]:
    """A row whose last change is so many minutes after the start."""
    at = START + timedelta(minutes=minute)
    return thread, f"{thread}@x.org", at, who, body, None if changed is None else START + timedelta(minutes=changed)


INSERT = 'insert into "Messages" values (?, ?, ?, ?, ?, ?)'
FIRST = [row("t1", 0, "agent", "Tidy", 0), row("t1", 1, "bot", "Done", 1), row("t2", 2, "agent", "Why", 2)]


def read(lake: Lake, url: str | None, source: Source = DESK) -> Reading:
    return LogReader((source,), KEY, AS_OF, url_of={"DESK_URL": url}.get).read(lake)


def sizes(lake: Lake) -> list[int]:
    """Numbers of messages of what counts."""
    with closing(WinnerStore(lake.database_path("versions"))) as store:
        return sorted(one.message_count for week in store.weeks() for one in store.of_week(week))


def counts(reading: Reading) -> tuple[int, int]:
    """Rows that were read, and conversations."""
    return (
        sum(report.record_count for report in reading.reports),
        sum(report.conversation_count for report in reading.reports),
    )


def test_each_reading_asks_for_what_changed_and_reads_its_conversations_whole(
    lake: Lake, database: tuple[str, Run]
) -> None:
    url, run = database
    run(INSERT, *FIRST)
    assert counts(read(lake, url)) == (3, 2)
    again = read(lake, url)
    assert (again.unchanged_count, again.reports, again.touched_weeks) == (1, [], [])
    run(INSERT, row("t1", 9, "agent", "Thanks", 9), row("t3", 9, "agent", "New", 8))
    assert counts(read(lake, url)) == (5, 3)  # t2 stands at the watermark, t1 is read whole
    assert sizes(lake) == [1, 1, 3]
    assert read(lake, url).unchanged_count == 1
    run(INSERT, row("t4", 9, "agent", "Another", 9))  # a tie
    assert counts(read(lake, url)) == (4, 2)
    assert sizes(lake) == [1, 1, 1, 3]
    assert not list(lake.root.glob(f"{SCRATCH}*"))
    assert len(lake.read(RAW_LOGS)) == 3


def test_a_changed_row_wins_also_where_the_conversation_got_shorter(lake: Lake, database: tuple[str, Run]) -> None:
    url, run = database
    run(INSERT, *FIRST)
    read(lake, url)
    run("update \"Messages\" set body = 'Tidied', changed = ? where body = 'Done'", (START + timedelta(minutes=5),))
    read(lake, url)
    run("delete from \"Messages\" where body = 'Tidied'")
    run("update \"Messages\" set changed = ? where body = 'Tidy'", (START + timedelta(minutes=6),))
    changed = read(lake, url)
    assert counts(changed) == (1, 1)
    assert sizes(lake) == [1, 1]


def test_a_row_without_watermark_is_seen_whenever_it_comes(lake: Lake, database: tuple[str, Run]) -> None:
    url, run = database
    run(INSERT, *FIRST)
    read(lake, url)
    run(INSERT, row("t5", 0, "agent", "Late"))
    assert counts(read(lake, url)) == (2, 2)
    assert read(lake, url).unchanged_count == 1
    assert sizes(lake) == [1, 1, 2]


def test_a_query_is_read_like_a_table_and_another_query_or_mapping_reads_all_again(
    lake: Lake, database: tuple[str, Run]
) -> None:
    url, run = database
    run(INSERT, *FIRST, row("t2", 5, "bot", "50% :of it", 3))
    query = "select m.*, 'a:b' as tag, '100%' as share from \"Messages\" m where body <> ':x' -- all\n;"
    source = replace(DESK, table=None, query=query)
    assert counts(read(lake, url, source)) == (4, 2)
    assert read(lake, url, source).unchanged_count == 1
    narrow = replace(source, query=query.replace("<> ':x'", "<> 'Done'"))
    assert counts(read(lake, url, narrow)) == (3, 2)
    wider = replace(narrow, mapping=replace(DESK.mapping, declared={**DESK.mapping.declared, "product": "p"}))  # type: ignore[union-attr]
    assert counts(read(lake, url, wider)) == (3, 2)
    with closing(WinnerStore(lake.database_path("versions"))) as store:
        settings = {one.settings for week in store.weeks() for one in store.of_week(week)}
    assert settings == {f"mapped_table:2:{wider.settings_hash()}"}


def test_another_user_of_the_source_alone_is_read_again(lake: Lake, tmp_path: Path) -> None:
    path = tmp_path / "desk.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute(TABLE)
        connection.executemany(INSERT, FIRST)
    told = {name: column for name, column in COLUMNS.items() if name != "user_id"}
    source = replace(DESK, mapping=replace(mapping(), columns=told), user="one@example.org")
    assert counts(read(lake, f"duckdb:///{path}", source)) == (3, 2)
    assert read(lake, f"duckdb:///{path}", source).unchanged_count == 1
    other = replace(source, user="other@example.org")
    assert counts(read(lake, f"duckdb:///{path}", other)) == (3, 2)
    (week,) = weeks_with_winners(lake)
    users = {user for batch in conversations_of_week(lake, week)[0] for user in batch["user_id"].to_pylist()}
    assert users == {identify.user_id(KEY, mapping().system_for("desk"), "other@example.org")}
    assert b"example.org" not in everything_written(lake)


def test_without_watermark_all_is_asked_and_read_only_if_something_is_new(
    lake: Lake, database: tuple[str, Run]
) -> None:
    url, run = database
    source = replace(DESK, watermark=None)
    assert counts(read(lake, url, source)) == (0, 0)
    run(INSERT, *FIRST)
    assert counts(read(lake, url, source)) == (3, 2)
    assert read(lake, url, source).unchanged_count == 1
    run(INSERT, row("t9", 1, "agent", "New"))
    assert counts(read(lake, url, source)) == (4, 3)


def test_an_unchanged_table_costs_one_question(
    lake: Lake, database: tuple[str, Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, run = database
    run(INSERT, *FIRST)
    read(lake, url)
    asked = []
    real = databases.open_rows
    monkeypatch.setattr(table_reading, "open_rows", lambda *each: asked.append(each) or real(*each))
    assert read(lake, url).unchanged_count == 1
    assert len(asked) == 1


def test_rejected_rows_of_all_readings_stay(lake: Lake, database: tuple[str, Run]) -> None:
    url, run = database
    run(INSERT, *FIRST, row("t1", 3, "stranger", "x", 0))
    read(lake, url)
    run(INSERT, row("t8", 3, "agent", "y", 7), row("t8", 4, "stranger", "z", 7))
    read(lake, url)
    assert list(lake.read(CONVERSATIONS_REJECTED)["reason"]) == ["unknown_role", "unknown_role"]


def test_a_reading_that_was_killed_before_its_end_is_made_again(
    lake: Lake, database: tuple[str, Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, run = database
    run(INSERT, *FIRST)

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(WinnerStore, "keep_note", killed)
        with pytest.raises(KeyboardInterrupt):
            read(lake, url)
    again = read(lake, url)
    assert (counts(again), again.reports[0].duplicate_count) == ((3, 2), 2)
    assert sizes(lake) == [1, 2]


def test_nothing_is_written_to_the_database(database: tuple[str, Run]) -> None:
    url, run = database
    run(INSERT, *FIRST)
    for query in ('delete from "Messages" returning *', 'select 1) x; delete from "Messages"; select * from (select 1'):
        with pytest.raises(DatabaseError), open_rows(url, TableQuery(None, query).statement()) as (_, rows):
            list(rows)
    with open_rows(url, TableQuery("Messages", None).statement()) as (_, rows):
        assert len(list(rows)) == 3


def failure(url: str | None, tmp_path: Path, **change: Any) -> LogFormatError:
    with pytest.raises(LogFormatError) as caught:
        spool(replace(DESK, **change), url, tmp_path / "rows")
    for private in ("secret", "Messages", "SECRET", str(tmp_path), "x.org"):
        assert private not in str(caught.value)
    assert "(desk)" in str(caught.value)
    return caught.value


def test_a_database_that_fails_says_what_to_check_and_nothing_of_itself(
    database: tuple[str, Run], tmp_path: Path
) -> None:
    url, run = database
    run(INSERT, *FIRST)
    for change in ({"table": "SECRET"}, {"watermark": None, "table": None, "query": "select 'SECRET' from nowhere"}):
        error = failure(url, tmp_path, **change)
        assert error.reason is RejectReason.DATABASE_FAILED
        assert "Check the address, the driver, that the account may read" in str(error)
    error = failure(url, tmp_path, table=None, query="select 1 as thread, 2 as thread")
    if url.startswith("postgresql"):  # the others rename the second
        assert "Two columns of the result have the same name" in str(error)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        (None, "The environment variable DESK_URL is not set"),
        ("", "DESK_URL is not set"),
        ("postgresql+psycopg://me:secret@/none?host=/nowhere", "could not be opened"),
        ("nosuch://me:secret@host/db", "NoSuchModuleError"),
        ("secret", "could not be opened"),
        ("sqlite:////nowhere/secret.db", "no such SQLite file"),
        ("duckdb:////nowhere/secret.db", "no such DuckDB file"),
    ],
)
def test_an_address_that_leads_nowhere_is_never_shown(tmp_path: Path, url: str | None, told: str) -> None:
    assert told in str(failure(url, tmp_path))
    assert not list(tmp_path.glob("*secret*"))


def test_a_failure_is_a_report_and_the_next_reading_tries_again(lake: Lake, database: tuple[str, Run]) -> None:
    url, run = database
    failed = read(lake, None)
    assert failed.stopped_files() == ["desk: database_failed"]
    assert list(lake.read(CONVERSATIONS_REJECTED)["reason"]) == ["database_failed"]
    run(INSERT, *FIRST)
    assert counts(read(lake, url)) == (3, 2)
    assert lake.read(CONVERSATIONS_REJECTED).empty


def test_columns_are_compared_before_the_first_row(database: tuple[str, Run], tmp_path: Path) -> None:
    url, _ = database
    with pytest.raises(LogFormatError) as caught:
        spool(replace(DESK, watermark=None, mapping=mapping()), url, tmp_path / "rows")
    assert caught.value.reason is RejectReason.MAPPING_COLUMN
    assert "Column 'sent_at' (time) is not in the result. Columns are: thread, agent, sentAt, who" in str(caught.value)


def test_check_logs_counts_a_table_and_keeps_nothing(database: tuple[str, Run]) -> None:
    url, run = database
    run(INSERT, *FIRST)
    summary = sniff_table(DESK, url, AS_OF)
    assert (summary.conversation_count, summary.user_count) == (2, 2)
    failed = sniff_table(DESK, None, AS_OF)
    assert failed.conversation_count == 0
    assert "DESK_URL is not set" in "\n".join(failed.lines())


def test_conversations_in_one_row_each_are_read_as_changed(lake: Lake, database: tuple[str, Run]) -> None:
    url, run = database
    run(INSERT, *[row(name, 0, "", '[{"role": "user", "content": "Ask"}]', n) for n, name in enumerate("ab")])
    told = by_conversation({"conversation_id": "thread", "messages": "body", "time": "sentAt"})
    source = replace(DESK, mapping=told)
    assert counts(read(lake, url, source)) == (2, 2)
    longer = '[{"role": "user", "content": "Ask"}, {"role": "assistant", "content": "Yes"}]'
    run("update \"Messages\" set body = ?, changed = ? where thread = 'b'", (longer, START + timedelta(minutes=9)))
    assert counts(read(lake, url, source)) == (1, 1)
    assert sizes(lake) == [1, 2]


def test_queries_over_files_go_through_duckdb_in_memory(lake: Lake, tmp_path: Path) -> None:
    for day, text in ((1, "Ask"), (2, "Go on")):
        line = f"thread,agent,sentAt,who,body,changed\nt,u,2026-01-0{day} 09:00,agent,{text},2026-01-0{day}\n"
        (tmp_path / f"day-{day}.csv").write_text(line)
    query = f"select * from read_csv('{tmp_path}/day-*.csv')"
    assert counts(read(lake, "duckdb://", replace(DESK, table=None, query=query))) == (2, 1)
    assert sizes(lake) == [2]


def test_types_of_databases_become_json() -> None:
    names = ["a", "b", "c", "d", "e", "f", "g", "h"]
    values = [
        Decimal("5"),
        Decimal("0.10"),
        b"caf\xc3\xa9",
        UUID(int=1),
        START,
        {"x": [1]},
        START.replace(tzinfo=UTC),
        None,
    ]
    assert json_line(names, values) == (
        b'{"a":5,"b":"0.10","c":"caf\xc3\xa9","d":"00000000-0000-0000-0000-000000000001","e":"2026-01-05T09:00:00",'
        b'"f":{"x":[1]},"g":"2026-01-05T09:00:00+00:00","h":null}\n'
    )
    assert json_line(["a", "b"], [2**80, "cut \ud83d"]) == b'{"a":"1208925819614629174706176","b":"cut \xef\xbf\xbd"}\n'


@pytest.mark.parametrize(
    "values",
    [
        [START, START + timedelta(days=1)],
        [START.date(), (START + timedelta(days=1)).date()],
        [START.replace(tzinfo=UTC), (START + timedelta(days=1)).replace(tzinfo=UTC)],
        [3, 20],
        [1.5, 2.5],
        [Decimal("1.10"), Decimal("10.1")],
        ["2026-01-05", "2026-01-06"],
    ],
)
def test_a_watermark_is_noted_with_its_type_and_does_not_depend_on_the_order_of_rows(values: list[Any]) -> None:
    marks = []
    for order in (values, values[::-1]):
        mark = Watermark()
        for value in (*order, values[1], None):
            mark.see(value, f"{value}".encode())
        marks.append(mark)
    assert marks[0] == marks[1]
    assert marks[0].value == values[1]
    noted = marks[0].to_json("s")
    assert Watermark.from_json(noted, "s") == marks[0]
    assert type(Watermark.from_json(noted, "s").value) is type(values[1])  # type: ignore[union-attr]
    assert Watermark.from_json(noted, "other") is None
    assert Watermark.from_json(None, "s") is None


def test_a_watermark_of_several_types_is_refused() -> None:
    mark = Watermark()
    mark.see(1, b"")
    with pytest.raises(DatabaseError, match="several types"):
        mark.see("SECRET", b"")
    with pytest.raises(DatabaseError, match="times, numbers or texts"):
        Watermark().see([1], b"")


def test_text_in_sqlite_that_is_not_utf8_costs_its_bytes(lake: Lake, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        connection.execute(TABLE)
        connection.execute(
            "insert into \"Messages\" values ('t', 'u', '2026-01-05', 'agent', cast(x'ff41' as text), 1)"
        )
        connection.commit()
    assert counts(read(lake, f"sqlite:///{tmp_path / 'a.db'}")) == (1, 1)
