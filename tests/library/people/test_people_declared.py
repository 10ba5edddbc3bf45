"""The sections on people in sources.toml: closed keys, clear errors, and no password."""

from pathlib import Path

import pytest

from economic_index.conversations.sources import Source, SourcesError
from economic_index.conversations.sources_edits import add_source
from economic_index.conversations.sources_toml import load_sources
from economic_index.people.declared import load_people

SOURCE = '[[source]]\nname = "a"\npath = "logs"\n'


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "sources.toml"
    path.write_text(text)
    return path


def test_sections_are_read_beside_the_sources(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        SOURCE
        + '[users]\npath = "people.csv"\nkey = "mail"\nattributes = {department = "Abteilung", site = "site"}\n'
        + 'valid_from = "from"\nweight = "w"\n'
        + '[identities]\nquery = "select * from accounts"\nurl_env = "HR_URL"\n'
        + '[weights]\npath = "/elsewhere/w.parquet"\n',
    )
    people = load_people(path)
    assert people.users is not None
    assert people.users.table.path == tmp_path / "people.csv"
    assert people.users.columns == ["mail", "Abteilung", "site", "from", "w"]
    assert people.identities.url_env == "HR_URL"
    assert people.files == [tmp_path / "people.csv", Path("/elsewhere/w.parquet")]
    assert [source.name for source in load_sources(path)] == ["a"]
    assert load_people(tmp_path / "missing.toml").files == []


USERS = '[users]\npath = "p.csv"\nkey = "mail"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            USERS + 'attributes = ["a"]\ncolour = "red"',
            "unknown key 'colour'. Known: path, query, url_env, key, system",
        ),
        ('[weights]\npath = "w.csv"\nkey = "x"', "[weights]: unknown key 'key'. Known: path, query, url_env."),
        ('[[users]]\npath = "p.csv"', "one section, not a list"),
        ("[users]\npath = 3", "path must be text"),
        ('[users]\npath = "p.csv"\nattributes = ["a"]', "key is missing"),
        (USERS, "neither attributes nor weight"),
        (USERS + 'attributes = "department"', "attributes is a list of columns"),
        (USERS + 'attributes = ["a", "a"]', "attributes is a list of columns"),
        (USERS + "attributes = [3]", "attributes is a list of columns"),
        (USERS + 'attributes = ["Job title"]', "'Job title' cannot name a segment"),
        (USERS + 'attributes = ["surface"]', "'surface' is made by the index itself"),
        (USERS + 'attributes = {a = ""}', "a must name a column"),
        ('[identities]\npath = "a.csv"\nquery = "select 1"', "either path, or query and url_env"),
        ('[identities]\nquery = "select 1"', "either path, or query and url_env"),
        ('[identities]\nquery = "select 1"\nurl_env = "postgresql://me:secret@db"', "the URL itself never stands"),
    ],
)
def test_every_mistake_is_named(tmp_path: Path, text: str, told: str) -> None:
    path = written(tmp_path, SOURCE + text)
    with pytest.raises(SourcesError) as caught:
        load_people(path)
    assert told in str(caught.value)
    assert "secret" not in str(caught.value)


def test_an_entry_that_is_added_leaves_what_a_person_wrote(tmp_path: Path) -> None:
    text = "# mine\n" + SOURCE + USERS + 'attributes = ["department"]\n'
    path = written(tmp_path, text)
    add_source(path, Source("b", "/more"))
    assert path.read_text().startswith(text)
    assert [source.name for source in load_sources(path)] == ["a", "b"]
    assert load_people(path).users.attributes == {"department": "department"}


def test_an_entry_that_cannot_be_added_is_said(tmp_path: Path) -> None:
    path = written(tmp_path, 'source = [{name = "a", path = "b"}]\n')
    with pytest.raises(SourcesError, match="no entry can be added"):
        add_source(path, Source("b", "/more"))
    assert "more" not in path.read_text()
