"""What a piece of code took in memory, in a process of its own.

Not by getrusage: what that tells begins with the memory of the process that started this one.
"""

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]


def peak_mb() -> int:
    """The most that this process has held."""
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) // 1024


def said_by(code: str, *arguments: object) -> list[int]:
    """The numbers that the code prints; it may import `peak_mb` from here."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [int(word) for word in done.stdout.split()]
