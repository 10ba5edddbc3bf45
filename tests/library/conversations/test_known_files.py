"""Thousands of files are asked about at once, in a time that does not grow with their square."""

from contextlib import closing
from pathlib import Path

from economic_index.conversations.places import LogFile
from economic_index.conversations.winners import WinnerStore


def test_files_of_one_size_are_found_by_their_ids_not_by_their_size(tmp_path: Path) -> None:
    count = 20_000
    with closing(WinnerStore(tmp_path / "versions.sqlite")) as store:
        steps = 0

        def step() -> None:
            nonlocal steps
            steps += 1

        connection = store._connection
        connection.executemany(
            "insert into readings values (?, ?, ?, 7, ?, 's', 1, '{}')",
            ((f"g{number}", f"f{number}", f"h{number}", number) for number in range(count)),
        )
        files = [(f"f{number}", LogFile(f"/{number}", 7, number + number % 2, None)) for number in range(count)]
        connection.set_progress_handler(step, 1000)
        found = store.files.unchanged(files, ["s", "t"])
        connection.set_progress_handler(None, 0)
        assert found == {f"f{number}": f"g{number}" for number in range(0, count, 2)}
        assert steps < count / 1000 * 100, "thousands of steps of the database"
