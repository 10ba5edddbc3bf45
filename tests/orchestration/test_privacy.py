"""No text of a conversation and no raw id leaves the lake: not in logs, the event log, marts or the report."""

from pathlib import Path

from tests.homes import Home
from tests.small_logs import records


def _phrases() -> list[bytes]:
    found = []
    for record in records(120):
        found += [str(turn["value"]).encode() for turn in record["conversations"] if len(str(turn["value"])) > 30]
    return found


def _files(home: Path) -> list[Path]:
    private = {"inbox"}
    return [
        path
        for path in home.rglob("*")
        if path.is_file() and "transcripts" not in path.parts and not private & set(path.relative_to(home).parts)
    ]


def test_no_text_outside_the_transcripts(small_home: Home) -> None:
    phrases, files = _phrases(), _files(small_home.path)
    assert len(phrases) > 100
    assert any(path.suffix == ".db" for path in files)  # the event log is among them
    said = (small_home.path.parent / "first_run.txt").read_bytes()
    for path in files:
        content = path.read_bytes()
        assert not [phrase for phrase in phrases if phrase in content], path
    assert not [phrase for phrase in phrases if phrase in said]
