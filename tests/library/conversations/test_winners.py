"""versions.sqlite by itself: weeks are noted with their winners, also in homes made before that."""

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

from economic_index.conversations.versions import FileStat, Version
from economic_index.conversations.winners import WinnerStore

WEEK, OTHER = date(2026, 1, 5), date(2026, 1, 12)
ROW = {"touched_weeks": []}


def version(number: int, week: date = WEEK, content: str = "h", reading: str = "g1") -> Version:
    return Version(f"c{number}", content, week.isoformat(), None, 2, None, "f1", number, reading, "s")


def register(store: WinnerStore, reading: str, *versions: Version) -> tuple[date, ...]:
    store.begin()
    store.propose(versions)
    stat = FileStat("f1", reading, 1, 1, "s")
    return store.finish(reading, stat, dict(ROW), []).touched_weeks


def test_a_weeks_fingerprint_changes_with_its_winners_alone(tmp_path: Path) -> None:
    with closing(WinnerStore(tmp_path / "versions.sqlite")) as store:
        register(store, "g1", version(1), version(2, OTHER))
        first, other = store.fingerprint_of(WEEK), store.fingerprint_of(OTHER)
        assert register(store, "g2", version(1, reading="g2")) == ()
        assert store.fingerprint_of(WEEK) == first
        assert register(store, "g3", version(3, reading="g3")) == (WEEK,)
        assert store.fingerprint_of(WEEK) != first
        assert store.fingerprint_of(OTHER) == other
        assert store.weeks() == {WEEK: 2, OTHER: 1}
        assert store.fingerprint_of(date(2026, 2, 2)) == ""


def test_a_home_without_noted_weeks_gets_them_when_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "versions.sqlite"
    with closing(WinnerStore(path)) as store:
        register(store, "g1", version(1), version(2, OTHER))
        expected = store.fingerprint_of(WEEK)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("delete from weeks; pragma user_version = 0;")
    with closing(WinnerStore(path)) as store:
        assert store.weeks() == {WEEK: 1, OTHER: 1}
        assert store.fingerprint_of(WEEK) == expected


def test_a_home_whose_rows_have_no_hash_is_read_on(tmp_path: Path) -> None:
    path = tmp_path / "versions.sqlite"
    with closing(WinnerStore(path)) as store:
        register(store, "g1", version(1))
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("alter table winners drop column row_hash; alter table winners drop column told_by;")
    with closing(WinnerStore(path)) as store:
        assert register(store, "g2", version(1, reading="g2"), version(2, reading="g2")) == (WEEK,)
        assert [(winner.conversation_id, winner.reading_id) for winner in store.of_week(WEEK)] == [
            ("c1", "g1"),
            ("c2", "g2"),
        ]


def test_a_reading_that_was_not_finished_proposes_in_vain(tmp_path: Path) -> None:
    with closing(WinnerStore(tmp_path / "versions.sqlite")) as store:
        store.begin()
        assert store.propose([version(1)]) == [True]
        register(store, "g2", version(2))
        assert [winner.conversation_id for winner in store.of_week(WEEK)] == ["c2"]
        assert not store.files.reading_of_hash("g1", ["s"])
        assert store.files.reading_of_hash("g2", ["s"])
        assert not store.files.reading_of_hash("g2", ["other settings"])
