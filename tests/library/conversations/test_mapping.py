"""The mapping of a table: closed keys, every mistake named, times and cells as it says."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from mapped_tables import COLUMNS, ROLES, mapping

from economic_index.conversations import mapped_cells as cells
from economic_index.conversations.mapped_times import TimeRule
from economic_index.conversations.mapping import MappingError
from economic_index.conversations.mapping_toml import load_mapping, parse_mapping
from economic_index.conversations.sources import Source, SourcesError
from economic_index.conversations.sources_edits import write_sources
from economic_index.conversations.sources_toml import load_sources

AS_OF = datetime(2026, 9, 1, tzinfo=UTC)
GOOD = {"rows": "message", "columns": COLUMNS, "roles": ROLES}
WHOLE = {"rows": "conversation", "columns": {"messages": "transcript"}}

MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"rows": "turn"}, 'rows must be "message" or "conversation"'),
    (GOOD | {"colour": "red"}, "unknown key 'colour'. Known: format, rows, encoding"),
    (GOOD | {"columns": COLUMNS | {"body": "x"}}, "[columns]: unknown key 'body'. Known: conversation_id, user_id"),
    (GOOD | {"columns": COLUMNS | {"order": 3}}, "order must be the name of a column"),
    (GOOD | {"columns": ["thread"]}, "[columns] is a section"),
    (GOOD | {"columns": {"conversation_id": "a", "role": "b"}}, 'text is missing; rows = "message" needs it'),
    (GOOD | {"columns": COLUMNS | {"messages": "x"}}, 'messages is only for rows = "conversation"'),
    (GOOD | {"columns": COLUMNS | {"parent_id": "x"}}, "parent_id needs message_id"),
    ({"rows": "conversation", "columns": {}}, "messages is missing"),
    (WHOLE | {"columns": {"messages": "a", "order": "b"}}, 'order is only for rows = "message"'),
    (WHOLE | {"roles": ROLES}, '[roles]: only for rows = "message"'),
    (GOOD | {"roles": {}}, "user is missing"),
    (GOOD | {"roles": ROLES | {"tool": ["t"]}}, "unknown key 'tool'. Known: user, assistant, drop"),
    (GOOD | {"roles": ROLES | {"drop": ["bot"]}}, "'bot' stands under two roles"),
    (GOOD | {"roles": {"user": [""]}}, "lists values of the role column"),
    (GOOD | {"time": {"format": "DD.MM.YYYY"}}, "or a pattern of strptime"),
    (GOOD | {"time": {"format": "%H:%M"}}, "names year, month and day"),
    (GOOD | {"time": {"zone": "Lisbon"}}, "name of the IANA list"),
    (GOOD | {"time": {"zone": "../etc/passwd"}}, "name of the IANA list"),
    (GOOD | {"time": {"unit": "s"}}, "[time]: unknown key 'unit'. Known: format, zone"),
    (GOOD | {"format": "xlsx"}, "format must be csv, jsonl, parquet"),
    (GOOD | {"format": "parquet", "delimiter": ";"}, "delimiter is for csv alone"),
    (GOOD | {"delimiter": "||"}, "delimiter is one character"),
    (GOOD | {"delimiter": '"'}, "delimiter and quote are the same"),
    (GOOD | {"encoding": "utf-16"}, "UTF-16 is told by its byte order mark"),
    (GOOD | {"encoding": "rot13"}, "encoding must be one"),
    (GOOD | {"encoding": "latin-77"}, "encoding must be one"),
    (GOOD | {"ids_are_random": "yes"}, "ids_are_random must be true or false"),
    (GOOD | {"product": 3}, "product must be text"),
]


@pytest.mark.parametrize(("document", "told"), MISTAKES, ids=[told[:40] for _, told in MISTAKES])
def test_every_mistake_is_named(document: dict[str, Any], told: str) -> None:
    with pytest.raises(MappingError) as caught:
        parse_mapping(document, "m.toml")
    assert str(caught.value).startswith("m.toml")
    assert told in str(caught.value)


def test_a_file_that_is_not_there_or_no_toml_is_named(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"none\.toml: the mapping cannot be read"):
        load_mapping(tmp_path / "none.toml")
    (tmp_path / "m.toml").write_text("rows = ")
    with pytest.raises(MappingError, match="not TOML"):
        load_mapping(tmp_path / "m.toml")


TEXT = """
[[source]]
name = "desk"
{}
"""
DESK = 'path = "desk.csv"\nmapping = "m.toml"'
TABLE = 'url_env = "DESK_URL"\ntable = "messages"\nmapping = "m.toml"'


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ('path = "a.csv"\nformat = "mapped_table"', "mapped_table needs mapping"),
        (DESK + '\nformat = "sharegpt"', "take away format = 'sharegpt'"),
        ('path = "a.csv"\nmapping = "none.toml"', "entry 1: none.toml: the mapping cannot be read"),
        ('path = "a.csv"\nmapping = 3', "mapping must be str, not int"),
        ('path = "a.csv"\nmapping = {rows = "turn"}', "entry 1, mapping: rows must be"),
        (DESK + '\nwatermark = "at"', "watermark is of a database, which needs url_env"),
        (TABLE + '\npath = "a.csv"', "no path"),
        (TABLE + '\nquery = "select 1"', "either table or query"),
        ('url_env = "DESK_URL"\nmapping = "m.toml"', "either table or query"),
        ('url_env = "DESK_URL"\ntable = "messages"', "a database takes url_env, mapping"),
        (TABLE.replace("DESK_URL", "postgresql://me:secret@host/db"), "the address itself never stands in this file"),
        (TABLE.replace("m.toml", "csv.toml"), "the mapping of a database has no format"),
    ],
)
def test_an_entry_says_what_goes_together(tmp_path: Path, entry: str, told: str) -> None:
    text = 'rows = "conversation"\n[columns]\nmessages = "m"\n'
    (tmp_path / "m.toml").write_text(text)
    (tmp_path / "csv.toml").write_text('format = "csv"\n' + text)
    (tmp_path / "sources.toml").write_text(TEXT.format(entry))
    with pytest.raises(SourcesError) as caught:
        load_sources(tmp_path / "sources.toml")
    assert told in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_mapping_lies_beside_sources_or_in_it_and_is_written_back(tmp_path: Path) -> None:
    path, own = tmp_path / "sources.toml", tmp_path / "m.toml"
    own.write_text('rows = "conversation"\n[columns]\nmessages = "m"\n')
    path.write_text(
        TEXT.format(DESK)
        + '[[source]]\nname = "inline"\npath = "b"\n[source.mapping]\nrows = "message"\nids_are_random = true\n'
        '[source.mapping.columns]\nconversation_id = "a b"\nrole = "é"\ntext = "t\\"x"\n'
        '[source.mapping.roles]\nuser = ["u", 1, true]\n'
        + TEXT.format(TABLE + '\nwatermark = "at"').replace("desk", "db")
    )
    sources = load_sources(path)
    assert [source.mapping.path if source.mapping else "" for source in sources] == [str(own), None, str(own)]
    assert sources[1].mapping is not None
    assert sources[1].mapping.roles == {"u": "user", "1": "user", "true": "user"}
    assert (sources[2].path, sources[2].url_env, sources[2].watermark) == ("", "DESK_URL", "at")
    write_sources(path, sources)
    assert load_sources(path) == sources


def test_what_a_mapping_says_is_part_of_the_settings_and_where_it_lies_is_not() -> None:
    source = Source("desk", "a", mapping=mapping())
    other = Source("desk", "b", mapping=mapping(system="x"))
    moved = parse_mapping(GOOD, "n.toml", "/elsewhere/n.toml")
    assert source.settings_hash() != other.settings_hash()
    assert source.settings_hash() == Source("desk", "a", mapping=moved).settings_hash()


LISBON = ZoneInfo("Europe/Lisbon")


@pytest.mark.parametrize(
    ("pattern", "value", "at"),
    [
        ("iso", "2026-07-01 10:00", "2026-07-01T09:00"),
        ("iso", "2026-07-01T10:00:00.5+02:00", "2026-07-01T08:00:00.5"),
        ("iso", "2025-10-26 01:30", "2025-10-26T00:30"),  # shown twice: the first
        ("iso", "2026-03-29 01:30", "2026-03-29T01:30"),  # skipped: by the clock before
        ("iso", "1767604500", None),
        ("iso", datetime(2026, 7, 1, 10, tzinfo=UTC).replace(tzinfo=None), "2026-07-01T09:00"),
        ("%d.%m.%Y %H:%M", datetime(2026, 7, 1, 10, tzinfo=UTC), "2026-07-01T10:00"),
        ("iso", date(2026, 7, 1), "2026-06-30T23:00"),
        ("epoch_s", 1767604500, "2026-01-05T09:15"),
        ("epoch_s", "1767604500.25", "2026-01-05T09:15:00.25"),
        ("epoch_ms", 1767604500250, "2026-01-05T09:15:00.25"),
        ("epoch_ms", 1767604500, None),  # in 1970
        ("epoch_s", "2026-01-05", None),
        ("epoch_s", True, None),
        ("epoch_s", float("nan"), None),
        ("epoch_s", "9" * 40, None),
        ("%d.%m.%Y %H:%M", " 01.07.2026 10:00 ", "2026-07-01T09:00"),
        ("%d.%m.%Y %H:%M", "07/01/2026", None),
        ("%Y-%m-%d %H:%M %z", "2026-07-01 10:00 +0200", "2026-07-01T08:00"),
        ("iso", "2030-01-01", None),
        ("iso", "1999-01-01", None),
        ("iso", "", None),
        ("iso", None, None),
        ("iso", {"a": 1}, None),
    ],
)
def test_a_time_is_read_in_the_format_and_zone_of_the_mapping(pattern: str, value: Any, at: str | None) -> None:
    wanted = datetime.fromisoformat(at).replace(tzinfo=UTC) if at else None
    assert TimeRule(pattern, LISBON).read(value, AS_OF)[0] == wanted


def test_a_zone_is_assumed_only_where_nobody_says_one() -> None:
    zones = (None, None, None, None, LISBON)
    values = ("2026-01-05 09:00", "2026-01-05 09:00Z", "soon", 1767604500, "2026-01-05 09:00")
    formats = ("iso", "iso", "iso", "epoch_s", "iso")
    assumed = [
        TimeRule(each, zone).read(value, AS_OF)[1] for each, zone, value in zip(formats, zones, values, strict=True)
    ]
    assert assumed == [True, False, False, False, False]


def test_a_column_is_a_name_first_and_a_path_then() -> None:
    record = {"a.b": 1, "a": {"b": 2, "c": {"d": 3}}, "n": None}
    assert [cells.cell(record, path) for path in ("a.b", "a.c.d", "a.x", "n.x", "a.b.c", None)] == [
        1, 3, None, None, None, None,
    ]  # fmt: skip
    assert [cells.may_hold(record, path) for path in ("a.b", "a.c.d", "n.x", "a.x", "x", "a.b.c")] == [
        True, True, True, False, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "is_set"),
    [
        *[(value, True) for value in (True, 1, "true", "T", "yes", "1", "2026-01-05T09:00", 1767604500)],
        *[(value, False) for value in (None, False, 0, 0.0, "", "false", "F", "no", "0", "null")],
    ],
)
def test_a_deletion_is_a_flag_or_its_time(value: Any, is_set: bool) -> None:
    assert cells.is_set(value) is is_set


def test_only_what_looks_like_a_code_is_one() -> None:
    assert [cells.country(value) for value in ("pt", "Portugal", 3, None)] == ["PT", None, None, None]
    assert [cells.region(value) for value in ("pt-11", "Lisboa")] == ["PT-11", None]
    assert [cells.language(value) for value in ("pt_PT", "en", "english", "")] == ["pt-PT", "en", None, None]
    assert [cells.label("x" * count) for count in (100, 500)] == ["x" * 100, None]  # no name is so long
    assert cells.shown_names(["Sent At", "who", "a@b.c", "I wrote, at length, about 3 things"]) == (
        "Sent At, who and 2 others"
    )
