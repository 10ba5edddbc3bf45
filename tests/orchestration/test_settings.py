"""Settings come from the environment, and nothing there switches the engine unasked."""

import base64
import stat
from pathlib import Path

import duckdb
import pytest

from orchestration.settings import DEMO, DEMO_KEY, SettingsError, load_settings, pseudonym_key, write_key


def test_a_key_in_the_environment_never_switches_the_engine(tmp_path: Path) -> None:
    settings = load_settings({"OEI_HOME": str(tmp_path), "ANTHROPIC_API_KEY": "sk-test"})
    assert settings.engine == "local"


@pytest.mark.parametrize(("name", "value"), [("OEI_ENGINE", "oracle"), ("OEI_ONET_VERSION", "9.0")])
def test_an_unknown_choice_is_named_with_the_known_ones(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"{name}={value}.*Known"):
        load_settings({"OEI_HOME": str(tmp_path), name: value})


@pytest.mark.parametrize("value", ["", "abc", "0", "-1", "1.5"])
def test_a_wrong_number_of_threads_is_told_before_anything_is_classified(tmp_path: Path, value: str) -> None:
    with pytest.raises(SettingsError, match=f"OEI_DUCKDB_THREADS={value}: .*such as 2"):
        load_settings({"OEI_HOME": str(tmp_path), "OEI_DUCKDB_THREADS": value})


@pytest.mark.parametrize("value", ["", "4", "80%", "much"])
def test_a_wrong_amount_of_memory_is_told_before_anything_is_classified(tmp_path: Path, value: str) -> None:
    with pytest.raises(SettingsError, match=f"OEI_DUCKDB_MEMORY={value}: .*4GB"):
        load_settings({"OEI_HOME": str(tmp_path), "OEI_DUCKDB_MEMORY": value})


@pytest.mark.parametrize("value", ["1200MB", "4 GB", "1.5GiB", "4g"])
def test_amounts_that_duckdb_reads_are_taken(tmp_path: Path, value: str) -> None:
    load_settings({"OEI_HOME": str(tmp_path), "OEI_DUCKDB_MEMORY": value, "OEI_DUCKDB_THREADS": "2"})
    with duckdb.connect(config={"memory_limit": value}) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_the_home_is_absolute_and_holds_dagsters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings({"OEI_HOME": "there"})
    assert settings.home == tmp_path / "there"
    assert settings.dagster_home == tmp_path / "there" / "dagster"


def test_a_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OEI_PSEUDONYM_KEY", raising=False)
    settings = load_settings({"OEI_HOME": str(tmp_path)})
    key = pseudonym_key(settings)
    assert len(key) == 32
    assert pseudonym_key(settings) == key
    assert stat.S_IMODE(settings.key_path.stat().st_mode) == 0o600


def test_a_damaged_key_stops_the_run_and_is_not_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OEI_PSEUDONYM_KEY", raising=False)
    settings = load_settings({"OEI_HOME": str(tmp_path)})
    settings.key_path.parent.mkdir(parents=True)
    write_key(settings.key_path, b"too short")
    with pytest.raises(SettingsError, match="Restore the key") as caught:
        pseudonym_key(settings)
    assert base64.b64encode(b"too short").decode() not in str(caught.value)


def test_the_demonstrations_key_is_public_and_whole() -> None:
    assert len(DEMO_KEY) == 32
    assert DEMO.name == "demo"
