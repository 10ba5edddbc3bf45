"""Keeps vectors in the home, so that nothing is embedded twice; a vector is personal data, and can be forgotten.

Nothing is embedded here, and no text is stored: the key is the hash of the content and of what made the vector.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import numpy.typing as npt

_TABLE = """
CREATE TABLE IF NOT EXISTS vectors (
  maker TEXT NOT NULL, content_hash TEXT NOT NULL, vector BLOB NOT NULL,
  PRIMARY KEY (maker, content_hash)
) WITHOUT ROWID
"""
_BATCH = 500


class VectorStore:
    """Vectors by maker (model hash, kernel and window version in one name) and content hash."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(self._connect()) as connection, connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(_TABLE)

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, timeout=60)

    def get(self, maker: str, hashes: Sequence[str]) -> dict[str, npt.NDArray[np.float32]]:
        """The vectors that are known, by content hash."""
        found: dict[str, npt.NDArray[np.float32]] = {}
        with closing(self._connect()) as connection:
            for start in range(0, len(hashes), _BATCH):
                wanted = hashes[start : start + _BATCH]
                marks = ",".join("?" * len(wanted))
                rows = connection.execute(
                    f"SELECT content_hash, vector FROM vectors WHERE maker = ? AND content_hash IN ({marks})",
                    (maker, *wanted),
                )
                found.update((name, np.frombuffer(blob, np.float32)) for name, blob in rows)
        return found

    def put(self, maker: str, vectors: Iterable[tuple[str, npt.NDArray[np.float32]]]) -> None:
        """Add vectors in one transaction; one that is known already is replaced."""
        rows = ((maker, name, vector.astype("<f4").tobytes()) for name, vector in vectors)
        with closing(self._connect()) as connection, connection:
            connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)

    def forget(self, hashes: Iterable[str]) -> int:
        """Delete the vectors of these contents, whoever made them; returns how many there were."""
        with closing(self._connect()) as connection, connection:
            connection.execute("PRAGMA secure_delete=ON")
            cursor = connection.executemany("DELETE FROM vectors WHERE content_hash = ?", ((name,) for name in hashes))
            return cursor.rowcount
