"""What is said of the sources after a reading: counts and days that add up, in bounded size, and no word of a log."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from chatgpt_logs import Chat, write_export
from reading_home import AS_OF, read_logs
from test_canonical_table import commit_all

from economic_index.conversations.check_logs import sniff_sources
from economic_index.conversations.overview import SourceOverview, WeekOverview, as_markdown
from economic_index.conversations.sources import Source
from economic_index.lake import Lake

FIRST = datetime(2026, 1, 6, tzinfo=UTC)


def logs_with_a_gap(logs: Path) -> list[Source]:
    for name in ("a", "b"):
        (logs / name).mkdir()
    chats = [Chat(f"SECRET-{number}", ("SECRET", "a"), FIRST + timedelta(days=7 * number)) for number in (0, 0, 1, 4)]
    chats[1] = replace(chats[1], identity="SECRET-x")
    write_export(logs / "a" / "a.json", [*chats, chats[0], Chat("SECRET-e", ("",))])
    (logs / "a" / "user.json").write_text('{"id": "SECRET-user"}')
    write_export(logs / "b" / "b.json", [Chat("other", ("q", "a"), FIRST)])
    return [Source("team | one", str(logs / "a")), Source("b", str(logs / "b")), Source("none", str(logs / "b"))]


def test_counts_are_the_same_before_and_after_the_weeks_are_written(lake: Lake, logs: Path) -> None:
    sources = logs_with_a_gap(logs)
    first = as_markdown(read_logs(lake, *sources).overviews)
    commit_all(lake)
    assert as_markdown(read_logs(lake, *sources).overviews) == first
    assert "SECRET" not in first
    rows = [line for line in first.splitlines() if line.startswith("| ")]
    assert rows[1:4] == [
        "| team _ one | 1 | 6 | 4 | 1 | 0 | 0 | empty_conversation 1 | 1 | 2026-01-06 | 2026-02-03 "
        "| 2 (2026-01-19, 2026-01-26) |",
        "| b | 1 | 1 | 1 | 0 | 0 | 0 | 0 | 0 | 2026-01-06 | 2026-01-06 | 0 |",
        "| none | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 |  |  | 0 |",
    ]
    assert rows[5:] == [
        "| 2026-02-02 | team _ one | 1 | 1 |",
        "| 2026-01-12 | team _ one | 1 | 1 |",
        "| 2026-01-05 | team _ one | 2 | 1 |",
        "| 2026-01-05 | b | 1 | 0 |",
    ]


def test_a_week_that_is_partly_written_is_counted_as_it_will_be(lake: Lake, logs: Path) -> None:
    chats = [Chat(f"c{number}", ("q", "a"), FIRST) for number in range(3)]
    source = Source("a", str(logs))
    write_export(logs / "first.json", chats)
    read_logs(lake, source)
    commit_all(lake)
    grown = replace(chats[0], texts=("q", "a", "and", "b"))
    write_export(logs / "second.json", [grown, chats[1], Chat("c3", ("q", "a"), FIRST)])
    waiting = read_logs(lake, source).overviews
    assert [week.conversation_count for item in waiting for week in item.weeks.values()] == [4]
    commit_all(lake)
    assert as_markdown(read_logs(lake, source).overviews) == as_markdown(waiting)


def test_a_check_says_the_same_of_logs_that_were_not_read(logs: Path) -> None:
    logs_with_a_gap(logs)
    lines = "\n".join(sniff_sources(logs / "a", AS_OF).lines())
    assert "records        6" in lines
    assert "days           2026-01-06 to 2026-02-03" in lines
    assert "2026-01-05 to 2026-02-02 (3); without any: 2 (2026-01-19, 2026-01-26)" in lines
    assert "2026-01-05     2 conversations, 1 users" in lines
    assert "SECRET" not in lines


def test_tables_are_cut_at_the_latest_weeks_and_say_so() -> None:
    weeks = {date(2026, 1, 5) + timedelta(days=7 * number): WeekOverview(1) for number in range(30)}
    many = [SourceOverview(f"s{number}", weeks=weeks) for number in range(30)]
    text = as_markdown(many, 50)
    assert sum(line.startswith("| s") for line in text.splitlines()) == 26  # the head of the table is one
    assert "5 sources are left out." in text
    assert sum(line.startswith("| 2026") for line in text.splitlines()) == 25
    assert f"| {max(weeks)} | s0 |" in text
    assert "725 earlier rows are left out." in text


def test_a_source_without_new_conversations_for_longer_than_its_setting_is_named(lake: Lake, logs: Path) -> None:
    team, other, none = logs_with_a_gap(logs)
    days = (AS_OF.date() - date(2026, 2, 3)).days
    (logs / "c").mkdir()
    write_export(logs / "c" / "c.json", [Chat("y", ("",))])
    sources = [
        replace(team, silent_after_days=days),
        replace(other, silent_after_days=days),
        replace(none, path=str(logs / "c"), silent_after_days=1),
    ]
    reading = read_logs(lake, *sources)
    assert reading.silent == [("b", (AS_OF.date() - FIRST.date()).days), ("none", None)]
