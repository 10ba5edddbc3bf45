"""Recorded answers: a JSONL file of {"key", "message"} by identity, read in place, and one that is written.

Who is asked first, the record or the planted truth, is decided in rehearsal.py.
"""

from pathlib import Path
from typing import Any, BinaryIO

import orjson


class BrokenRecord(ValueError):
    """A line of a record is none; the message has its number and nothing of its text."""


class Replay:
    """Answers by identity; only their places are held in memory. Of a key that occurs twice, the last."""

    def __init__(self, path: Path) -> None:
        """Raises FileNotFoundError, BrokenRecord."""
        self._file: BinaryIO = path.open("rb")
        self._places: dict[str, tuple[int, int]] = {}
        start = 0
        for number, line in enumerate(self._file, 1):
            if line.strip():
                self._places[_entry(line, number)["key"]] = (start, len(line))
            start += len(line)

    def message(self, identity: str) -> dict[str, Any] | None:
        """The recorded message of a request, or None."""
        place = self._places.get(identity)
        if place is None:
            return None
        self._file.seek(place[0])
        message: dict[str, Any] = orjson.loads(self._file.read(place[1]))["message"]
        return message

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _entry(line: bytes, number: int) -> dict[str, Any]:
    try:
        entry = orjson.loads(line)
    except orjson.JSONDecodeError:
        entry = None
    if (
        not isinstance(entry, dict)
        or not isinstance(entry.get("key"), str)
        or not isinstance(entry.get("message"), dict)
    ):
        raise BrokenRecord(f'line {number} is not {{"key", "message"}}')
    return entry


class Recorder:
    """Appends answers to a file, each line whole."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)

    def add(self, identity: str, message: dict[str, Any]) -> None:
        """Append one answer."""
        self._file.write(orjson.dumps({"key": identity, "message": message}) + b"\n")

    def close(self) -> None:
        """Close the file."""
        self._file.close()
