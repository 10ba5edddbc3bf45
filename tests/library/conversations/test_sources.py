"""sources.toml: closed keys, clear errors, and a round trip."""

import os
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from reading_home import KEY

from economic_index.conversations.assign import USER_COUNT, assigned_start, assigned_user
from economic_index.conversations.source_fingerprints import stat_fingerprint
from economic_index.conversations.sources import AssignWeeks, Source, SourcesError
from economic_index.conversations.sources_edits import drop_source, write_sources
from economic_index.conversations.sources_toml import load_sources
from economic_index.vocabulary import Audience, UserRule

WEEKS = AssignWeeks(date(2026, 1, 5), 12)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    sources = [
        Source("demo", '/logs/a "b"\\é.json', "sharegpt", users=UserRule.ASSIGNED, assign_weeks=WEEKS),
        Source("mine", "/logs/*", audience=Audience.SELF, surface="agent", default_model="m", max_record_bytes=5),
    ]
    path = tmp_path / "sources.toml"
    write_sources(path, sources)
    assert load_sources(path) == sources


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[[source]]\nname = "a"\npath = "b"\ncolour = "red"', "unknown key 'colour'. Known: name, path, format"),
        ('[[source]]\npath = "b"', "name is missing"),
        ('[[source]]\nname = "a"\npath = 3', "path must be str, not int"),
        ('[[source]]\nname = "a"\npath = "b"\nformat = "csv"', "none of auto, sharegpt"),
        ('[[source]]\nname = "a"\npath = "b"\nusers = "all"', "none of log, assigned, none"),
        ('[[source]]\nname = "a"\npath = "b"\nmax_members = true', "max_members must be int, not bool"),
        ('[[source]]\nname = "a"\npath = "b"\nassign_weeks = {start = "2026-01-06", count = 2}', "must be a Monday"),
        ('[[source]]\nname = "a"\npath = "b"\nassign_weeks = {start = "soon", count = 2}', "must be a date"),
        ('[[source]]\nname = "a"\npath = "b"\nassign_weeks = {start = "2026-01-05", count = 0}', "from 1 to 1000"),
        ('[[source]]\nname = "a"\npath = "b"\nassign_weeks = {count = 2}', "takes start and count"),
        ('[[source]]\nname = "a"\npath = "b"\n[[source]]\nname = "a"\npath = "c"', "two entries are named 'a'"),
        ("[settings]\nx = 1", "only [[source]] entries, the sections users"),
        ("name = ", "not TOML"),
    ],
)
def test_every_mistake_is_named(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(text)
    with pytest.raises(SourcesError) as caught:
        load_sources(path)
    assert told in str(caught.value)


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(SourcesError, match="make index"):
        load_sources(tmp_path / "sources.toml")


def test_settings_that_change_what_is_read_change_the_hash_and_the_path_does_not() -> None:
    base = Source("a", "/x")
    assert base.settings_hash() == Source("a", "/y", audience=Audience.SELF).settings_hash()
    assert base.settings_hash() != Source("a", "/x", product="p").settings_hash()
    assert base.settings_hash() != Source("a", "/x", assign_weeks=WEEKS).settings_hash()


def test_the_fingerprint_changes_with_a_file_and_not_without(tmp_path: Path) -> None:
    log = tmp_path / "a.jsonl"
    log.write_text("{}")
    sources = [Source("a", str(tmp_path)), Source("gone", str(tmp_path / "gone"))]
    before = stat_fingerprint(sources, KEY)
    assert stat_fingerprint(sources, KEY) == before
    os.utime(log, ns=(1, 1))
    assert stat_fingerprint(sources, KEY) != before


def test_assigned_weeks_and_users_are_fixed_spread_and_independent() -> None:
    ids = [f"id{number}" for number in range(4000)]
    starts = [assigned_start(identity, WEEKS) for identity in ids]
    assert starts == [assigned_start(identity, WEEKS) for identity in ids]
    weeks = [(start.date() - WEEKS.start).days // 7 for start in starts]
    assert set(weeks) == set(range(12))
    assert all(270 < weeks.count(week) < 400 for week in range(12))
    users = [assigned_user(identity) for identity in ids]
    assert 780 < len(set(users)) <= USER_COUNT
    assert len({(week, user) for week, user in zip(weeks, users, strict=True)}) > 3000


def test_the_fingerprint_changes_with_a_file_beside_the_logs_that_is_changed_or_gone(tmp_path: Path) -> None:
    table, sources = tmp_path / "people.csv", [Source("a", str(tmp_path / "logs"))]
    table.write_text("mail")
    found = {stat_fingerprint(sources, KEY), stat_fingerprint(sources, KEY, [table])}
    os.utime(table, ns=(1, 1))
    found.add(stat_fingerprint(sources, KEY, [table]))
    table.unlink()
    found.add(stat_fingerprint(sources, KEY, [table]))
    assert len(found) == 4


def test_an_entry_goes_and_all_else_stays_as_a_person_wrote_it(tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    before = 'keep_text_days = 30  # agreed in May\n\n[[source]]\nname = "a"\npath = "a"\n'
    entry = '[[source]]\nname = "b"\npath = "b.csv"\n  [source.mapping.columns]\n  text = "[not a section]"\n'
    after = '# the people\n[users]\npath = "users.csv"\n\n[[source]]\nname = "c"\npath = "c"\n'
    path.write_text(before + entry + after)
    drop_source(path, "b")
    assert path.read_text() == before + after
    with pytest.raises(SourcesError, match="cannot be taken out"):
        drop_source(path, "b")


@pytest.mark.parametrize(
    "change",
    [
        {"user": "someone@example.org"},
        {"url_env": "OTHER_URL"},
        {"max_rejected_share": 0.5},
        {"keep_text_days": 30},
        {"silent_after_days": 3},
        {"default_model": "m"},
    ],
)
def test_the_fingerprint_changes_with_a_setting_alone(change: dict[str, Any]) -> None:
    source = Source("desk", url_env="DESK_URL", table="t")
    assert stat_fingerprint([source], KEY) == stat_fingerprint([replace(source)], KEY)
    assert stat_fingerprint([source], KEY) != stat_fingerprint([replace(source, **change)], KEY)


def test_another_user_is_another_fingerprint_that_no_guess_confirms() -> None:
    one, other = (Source("a", "/gone", user=user) for user in ("one@example.org", "other@example.org"))
    assert stat_fingerprint([one], KEY) != stat_fingerprint([other], KEY)
    assert stat_fingerprint([one], KEY) != stat_fingerprint([one], b"o" * 32)
