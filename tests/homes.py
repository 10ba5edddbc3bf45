"""The command line, as a person would run it, in a home of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
PRIVATE = ("OEI_HOME", "DAGSTER_HOME", "OEI_PSEUDONYM_KEY", "OEI_ENGINE", "ANTHROPIC_API_KEY")


@dataclass(frozen=True)
class Home:
    """A home, the logs that it reads, and settings that its commands have."""

    path: Path
    logs: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        """The environment of a command on this home."""
        kept = {name: value for name, value in os.environ.items() if name not in PRIVATE}
        return {**kept, "OEI_HOME": str(self.path), "PYTHONPATH": str(PROJECT), **self.settings}

    def command(self, *arguments: str) -> list[str]:
        """`python -m orchestration …`"""
        return [sys.executable, "-m", "orchestration", *arguments]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run to the end."""
        return subprocess.run(
            self.command(*arguments),
            cwd=PROJECT,
            env=self.environment(),
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )

    def index(self) -> subprocess.CompletedProcess[str]:
        """`make index` on the logs, without asking."""
        return self.run("index", "--logs", str(self.logs), "--yes")

    def kill_when(self, is_there: Callable[[Path], object], *arguments: str) -> str:
        """kill -9 as soon as a command has come so far, by what it left or said (a file); returns what it said."""
        log = self.path.parent / "killed.log"
        with log.open("w") as out:
            process = subprocess.Popen(
                self.command(*arguments), cwd=PROJECT, env=self.environment(), stdout=out, stderr=out
            )
            kill_once(process, lambda: bool(is_there(log)), seconds=600)
        return log.read_text()


def kill_once(process: subprocess.Popen[bytes], is_there: Callable[[], bool], seconds: float) -> None:
    """kill -9 as soon as a process has come so far; an error if it ends before, or takes longer."""
    ends, was_there = time.monotonic() + seconds, False
    while time.monotonic() < ends and process.poll() is None and not was_there:
        time.sleep(0.002)
        was_there = is_there()
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, "the run ended before it was seen there"
    assert was_there, f"the run did not come so far in {seconds} s"
