"""Whoever waits at a terminal sees a line at least every ten seconds."""

import time

import pytest

from orchestration.progress import Progress


def test_counts_run_over_the_parts_of_a_stage(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(is_on=True, every_seconds=0)
    progress.stage("Classifying", 200)
    progress("week", 50, 100)
    progress.advance(100)
    progress("week", 50, 100)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Classifying ..."
    assert lines[1].startswith("Classifying: 50 of 200, about ")
    assert lines[2].startswith("Classifying: 150 of 200, about ")


def test_nothing_is_foretold_of_the_first_items_nor_of_the_last(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(is_on=True, every_seconds=0)
    progress.stage("Rolling up", 370)
    for done in (1, 19, 370):
        progress("model", done, 370)
    _, first, later, last = capsys.readouterr().out.splitlines()
    assert first == "Rolling up: 1 of 370"
    assert "s left" in later
    assert last.startswith("Rolling up: 370 of 370, ")
    assert "left" not in last


def test_a_silent_stage_has_a_pulse(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(is_on=True, quiet_seconds=0.2, pulse_seconds=0.05) as progress:
        progress.stage("Rolling up")
        time.sleep(0.5)
    assert "Rolling up: " in capsys.readouterr().out.replace("Rolling up ...", "")


def test_nothing_is_printed_where_nobody_asked(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress()
    progress.stage("Classifying", 2)
    progress("week", 1, 2)
    assert capsys.readouterr().out == ""
