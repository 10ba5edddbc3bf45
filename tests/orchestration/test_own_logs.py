"""make index and check-logs up to the answer: what is said, and that nothing is made before it."""

import json
import sqlite3
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from economic_index.conversations.sources_toml import load_sources
from orchestration import __main__ as command_line
from orchestration import own_logs
from orchestration import settings as settings_module
from orchestration.own_logs import adopt, describe, is_declared
from orchestration.settings import Settings, default_home, load_settings


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of its own that has neither home, and no variable that names one."""
    for module in (command_line, settings_module):
        monkeypatch.setattr(module, "OWN", tmp_path / ".oei" / "own")
        monkeypatch.setattr(module, "DEMO", tmp_path / ".oei" / "demo")
    # set, then taken away: what a command sets is undone with it
    for name in ("OEI_HOME", "DAGSTER_HOME"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    return tmp_path / ".oei" / "own"


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["orchestration", *arguments])
    return command_line.main()


def tuning_file(folder: Path) -> Path:
    """Conversations without times."""
    path = folder / "tuning.jsonl"
    turns = [{"role": "user", "content": "Draft a notice."}, {"role": "assistant", "content": "Here it is."}]
    path.write_text("".join(json.dumps({"id": f"t{n}", "messages": turns}) + "\n" for n in range(3)))
    return path


@pytest.mark.parametrize("logs", ["no/such/folder", "tuning"])
def test_a_home_of_ones_own_is_made_by_an_answer_not_by_a_question(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, logs: str
) -> None:
    path = str(tuning_file(tmp_path)) if logs == "tuning" else logs
    assert run(monkeypatch, "index", "--logs", path) == 1
    assert not own.exists()
    assert default_home() == own.parent / "demo"


def test_declared_logs_that_are_not_there_stop_whoever_names_them(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own.mkdir(parents=True)
    entries = (f'[[source]]\nname = "{name}"\npath = "{tmp_path / name}"\n' for name in ("gone", "there"))
    (own / "sources.toml").write_text("".join(entries))
    (tmp_path / "there").mkdir()
    tuning_file(tmp_path / "there")
    assert run(monkeypatch, "index", "--logs", str(tmp_path / "gone")) == 1
    assert "NoLogsError: gone: no such file" in capsys.readouterr().err
    assert [path.name for path in own.iterdir()] == ["sources.toml"]


@pytest.mark.parametrize("command", ["index", "check-logs"])
def test_no_logs_are_not_the_folder_that_one_stands_in(
    own: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    with pytest.raises(SystemExit):
        run(monkeypatch, command, "--logs", "")
    assert "LOGS=path/to/exports" in capsys.readouterr().err


def at(home: Path) -> Settings:
    return load_settings({"OEI_HOME": str(home)})


@pytest.mark.parametrize("year", [2026, 2027, 2028, 2029, 2030, 2035])
def test_logs_without_times_are_told_what_to_write(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, year: int
) -> None:
    monkeypatch.setattr(own_logs, "now", lambda: datetime(year, 8, 1, tzinfo=UTC))
    settings, path = at(tmp_path / "home"), tuning_file(tmp_path)
    assert not adopt(settings, describe(settings, str(path)), yes=True)
    told = capsys.readouterr().out
    assert str(settings.sources_path) in told
    entry = told[told.index("[[source]]") :]
    assert tomllib.loads(entry)["source"][0]["assign_weeks"]["count"] == 12
    settings.sources_path.parent.mkdir()
    settings.sources_path.write_text(entry)
    assert is_declared(settings, str(path))
    assert describe(settings, str(path)).conversation_count == 3
    (source,) = load_sources(settings.sources_path)
    assert source.path == str(path)
    assert source.assign_weeks is not None
    assert (source.assign_weeks.start.year, source.assign_weeks.start.month) == (year, 1)


def test_a_table_needs_its_mapping_and_one_of_a_database_its_name(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    table, told = tmp_path / "desk.csv", tmp_path / "desk.toml"
    table.write_text("thread,at,who,body\nt,2026-01-05,agent,Ask\n")
    told.write_text(
        'rows = "message"\n[columns]\nconversation_id = "thread"\ntime = "at"\nrole = "who"\ntext = "body"\n'
        '[roles]\nuser = ["agent"]\n'
    )
    assert run(monkeypatch, "check-logs", "--logs", str(table)) == 0
    assert "docs/logs/mapped_table.md" in capsys.readouterr().out
    summary = describe(load_settings(), str(table), str(told))
    assert summary.conversation_count == 1
    settings = load_settings({"OEI_HOME": str(own)})
    assert adopt(settings, summary, yes=True)
    (source,) = load_sources(settings.sources_path)
    assert source.mapping is not None
    assert source.mapping.path == str(told)
    assert describe(settings, str(table)).conversation_count == 1

    with sqlite3.connect(tmp_path / "desk.db") as connection:
        connection.execute("create table messages (thread, at, who, body)")
        connection.execute("insert into messages values ('t', '2026-01-05', 'agent', 'Ask')")
    connection.close()
    entry = f'[[source]]\nname = "desk_db"\nurl_env = "DESK_URL"\ntable = "messages"\nmapping = "{told}"\n'
    settings.sources_path.write_text(entry)
    assert is_declared(settings, "desk_db")
    assert not is_declared(settings, ".")
    assert run(monkeypatch, "check-logs", "--logs", "desk_db") == 0
    monkeypatch.setenv("OEI_HOME", str(own))
    capsys.readouterr()
    assert run(monkeypatch, "check-logs", "--logs", "desk_db") == 0
    assert "DESK_URL is not set" in capsys.readouterr().out
    monkeypatch.setenv("DESK_URL", f"sqlite:///{tmp_path / 'desk.db'}")
    assert run(monkeypatch, "check-logs", "--logs", "desk_db") == 0
    assert "conversations  1 " in capsys.readouterr().out
