"""The folder of a home in which requests go out and answers come in, and what is forgotten there.

Files are written in exchange_requests.py and read in exchange_answers.py.
"""

import os
import re
from collections.abc import Callable, Collection
from datetime import date
from pathlib import Path

import orjson

EXCHANGE = "exchange"
_OURS = re.compile(r"(\d{4}-\d\d-\d\d)-.+-\d{4,}\.jsonl(\.part)?")


def forget_requests(folder: Path, is_stale: Callable[[date], bool]) -> None:
    """Delete the files of weeks whose conversations are others by now: they are asked anew."""
    for path in (folder / "requests").glob("*"):
        found = _OURS.fullmatch(path.name)
        if found and is_stale(date.fromisoformat(found[1])):
            path.unlink(missing_ok=True)


def forget_carried(folder: Path, weeks: Collection[date]) -> None:
    """Delete the requests of these weeks, and lines of answers to them that nobody has read: they are asked anew.

    A file of requests does not say which conversation each is about, so all of the week go.
    """
    keys: set[str] = set()
    for path in sorted((folder / "requests").glob("*")):
        found = _OURS.fullmatch(path.name)
        if found and date.fromisoformat(found[1]) in weeks:
            keys |= {key for line in path.open("rb") if (key := _key_of(line)) is not None}
            path.unlink(missing_ok=True)
    for path in sorted((folder / "answers").glob("*.jsonl")) if keys else ():
        _keep_lines(path, lambda line: _key_of(line) not in keys)


def _key_of(line: bytes) -> str | None:
    try:
        read = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    key = read.get("custom_id") if isinstance(read, dict) else None
    return key if isinstance(key, str) else None


def _keep_lines(path: Path, is_kept: Callable[[bytes], bool]) -> None:
    """A file without the other lines; gone, if none is left."""
    temporary = path.with_name(f".{path.name}.tmp")
    kept = 0
    place = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with path.open("rb") as old, os.fdopen(place, "wb") as new:
        for line in old:
            if is_kept(line):
                new.write(line)
                kept += 1
    if kept:
        temporary.replace(path)
        return
    temporary.unlink()
    path.unlink(missing_ok=True)
