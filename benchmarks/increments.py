"""What a reading costs that finds little or nothing new: files as they were, one conversation more in a large one.

Usage: python -m benchmarks.increments [files] [megabytes]; prints what was compared with what.
"""

import json
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from economic_index.conversations.file_report import FileReport
from economic_index.conversations.identify import file_id
from economic_index.conversations.listing import list_files
from economic_index.conversations.reading import LogReader
from economic_index.conversations.reading_outcome import Reading
from economic_index.conversations.source_fingerprints import stat_fingerprint
from economic_index.conversations.sources import Source
from economic_index.conversations.winners import WinnerStore
from economic_index.lake import Lake

KEY, AS_OF = b"k" * 32, datetime(2026, 6, 1, tzinfo=UTC)
FOLDER_TARGET, APPEND_TARGET = 10, 5


def seconds(work: Callable[[], object]) -> float:
    """How long it takes, and that it gives something."""
    started = time.monotonic()
    assert work() is not None
    return time.monotonic() - started


def record(number: int, text: str) -> bytes:
    """One line of an export."""
    messages = [{"uuid": f"m{number}", "sender": "human", "text": text, "created_at": "2026-01-05T09:00:00Z"}]
    chat = {"uuid": f"k{number}", "created_at": "2026-01-05T09:00:00Z", "chat_messages": messages}
    return json.dumps(chat).encode() + b"\n"


def unchanged_folder(root: Path, count: int) -> None:
    """A folder of files that were read; the bare cost is to walk it and stat each file."""
    for number in range(count):
        folder = root / "logs" / f"{number % 100:02d}"
        if number < 100:
            folder.mkdir(parents=True)
        (folder / f"{number}.jsonl").write_bytes(record(number, "Name a prime."))
    source = Source("many", str(root / "logs"))
    lake, reader = Lake(root / "home"), LogReader((source,), KEY, AS_OF)
    note_as_read(lake, source)
    walk = seconds(lambda: [entry.stat() for path, _, _ in os.walk(root / "logs") for entry in os.scandir(path)])
    first = seconds(lambda: reader.read(lake))  # writes lake/raw_logs of what was noted
    read: list[Reading] = []
    again = seconds(lambda: read.append(reader.read(lake)) or read)
    assert read[0].unchanged_count == count
    sensor = seconds(lambda: stat_fingerprint([source], KEY))
    print(f"increments: {count:,} unchanged files: walked and statted {walk:.1f} s, read again {again:.1f} s "
          f"(the first time {first:.1f} s), by the sensor {sensor:.1f} s (to reach: {FOLDER_TARGET} s)")  # fmt: skip


def note_as_read(lake: Lake, source: Source) -> None:
    """Note every file as its reading would have: what that costs is another figure."""
    WinnerStore(lake.database_path("versions")).close()
    with sqlite3.connect(lake.database_path("versions")) as connection:
        for number, file in enumerate(list_files(source.path)[0]):
            report = FileReport(source.name, file_id(KEY, file.identity), file.name, source.settings_hash(), 0)
            report.source_format, report.reader_version, report.size_bytes = "claude_export", "1", file.size_bytes
            row = json.dumps(report.raw_log_row(), default=str)
            noted = (f"g1{number:024d}", report.file_id, f"{number:064d}", file.size_bytes, file.stamp)
            connection.execute(f"insert into readings values ({','.join('?' * 8)})",
                               (*noted, report.settings_key(), 1, row))  # fmt: skip
    connection.close()


def one_more(root: Path, megabytes: int) -> None:
    """A large file of lines that gained one conversation; the bare cost is to read its bytes once more."""
    path, block = root / "big.jsonl", 0
    text = "Shorten this clause. " * 500
    with path.open("wb") as file:
        while file.tell() < megabytes << 20:
            file.writelines(record(block * 1000 + number, text) for number in range(1000))
            block += 1
    os.utime(path, (1, 1))
    lake, reader = Lake(root / "home_of_one"), LogReader((Source("big", str(path)),), KEY, AS_OF)
    whole = seconds(lambda: reader.read(lake))
    with path.open("ab") as file:
        file.write(record(-1, "One more."))
    read: list[Reading] = []
    again = seconds(lambda: read.append(reader.read(lake)) or read)
    assert read[0].raw_logs["conversation_count"].tolist() == [1]

    def bare() -> int:
        size = 0
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                size += len(chunk)
        return size

    print(f"increments: one conversation more in {megabytes:,} MB: bytes read once {seconds(bare):.1f} s, read whole "
          f"{whole:.1f} s, read what is new {again:.1f} s (to reach: {APPEND_TARGET} s)")  # fmt: skip


def main(count: int = 100_000, megabytes: int = 500) -> None:
    """Both figures."""
    with tempfile.TemporaryDirectory() as folder:
        unchanged_folder(Path(folder), count)
        one_more(Path(folder), megabytes)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
