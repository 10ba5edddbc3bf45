"""The command line, as a person would run it, in a home of its own."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
PRIVATE = ("OEI_HOME", "DAGSTER_HOME", "OEI_PSEUDONYM_KEY", "OEI_ENGINE", "ANTHROPIC_API_KEY")


@dataclass(frozen=True)
class Home:
    """A home and the logs that it reads."""

    path: Path
    logs: Path

    def environment(self) -> dict[str, str]:
        """The environment of a command on this home."""
        kept = {name: value for name, value in os.environ.items() if name not in PRIVATE}
        return kept | {"OEI_HOME": str(self.path), "PYTHONPATH": str(PROJECT)}

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
