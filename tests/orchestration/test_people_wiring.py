"""The wiring of people: a database by the variable that sources.toml names, and an identity file for the logs."""

import base64
import sqlite3
from pathlib import Path

import dagster as dg
import pytest

from economic_index.contracts.lake import USERS
from economic_index.conversations import identify
from economic_index.lake import Lake
from orchestration.resources import LogReaderResource, PeopleReaderResource
from orchestration.settings import DEMO_KEY

SOURCES = """[[source]]
name = "a"
path = "logs"

[users]
query = "select mail, department from people"
url_env = "HR_URL"
key = "mail"
attributes = ["department"]
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "home"
    (made / "logs").mkdir(parents=True)
    monkeypatch.setenv("OEI_HOME", str(made))
    monkeypatch.setenv("OEI_PSEUDONYM_KEY", base64.b64encode(DEMO_KEY).decode())
    (made / "sources.toml").write_text(SOURCES)
    return made


def test_the_database_is_asked_by_its_variable_and_its_url_is_kept_nowhere(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sqlite3.connect(tmp_path / "very-secret.sqlite") as connection:
        connection.execute("create table people (mail text, department text)")
        connection.execute("insert into people values ('ada@example.org', 'Sales')")
    monkeypatch.setenv("HR_URL", f"sqlite:///{tmp_path / 'very-secret.sqlite'}")
    reader = PeopleReaderResource().create_resource(dg.build_init_resource_context())
    lake = Lake(home)
    reader.read(lake)
    users = lake.read(USERS)
    assert users["segment"].tolist() == ["Sales"]
    assert users["user_id"].tolist() == [identify.user_id(DEMO_KEY, "person", "ada@example.org")]
    assert "very-secret" not in repr(reader)
    for file in home.rglob("*"):
        assert not file.is_file() or b"very-secret" not in file.read_bytes()


def test_logs_are_read_with_the_identity_file_that_is_named(home: Path) -> None:
    assert LogReaderResource().create_resource(dg.build_init_resource_context()).accounts is None
    (home / "accounts.csv").write_text("system,raw_id,person\nchatgpt,user-1,P1\n")
    (home / "sources.toml").write_text(SOURCES + '[identities]\npath = "accounts.csv"\n')
    reader = LogReaderResource().create_resource(dg.build_init_resource_context())
    assert reader.accounts.user_id("chatgpt", "user-1") == identify.user_id(DEMO_KEY, "person", "P1")
    assert reader.accounts.user_id("claude_ai", "user-1") == identify.user_id(DEMO_KEY, "claude_ai", "user-1")
