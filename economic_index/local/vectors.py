"""Keeps vectors in the home, so that nothing is embedded twice; a vector is personal data, and can be forgotten.

Nothing is embedded here, and no text is stored: the key is the hash of the content and of what made the vector.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
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
_BANK = ".bank"


def bank_maker(model_hash: str) -> str:
    """The name under which the vectors of the task bank are kept: the project's own texts, never forgotten."""
    return model_hash + _BANK


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
        names = list(hashes)
        with closing(self._connect()) as connection, connection:
            connection.execute("PRAGMA secure_delete=ON")
            makers = connection.execute("SELECT DISTINCT maker FROM vectors").fetchall()
            pairs = ((maker, name) for (maker,) in makers for name in names)  # by both, or each is a scan
            query = "DELETE FROM vectors WHERE maker = ? AND content_hash = ?"
            return connection.executemany(query, pairs).rowcount if makers and names else 0

    def rename(self, hashes: Mapping[str, str]) -> None:
        """Give contents the hashes that another key makes of them."""
        with closing(self._connect()) as connection, connection:
            connection.execute("PRAGMA secure_delete=ON")
            known = connection.execute("SELECT maker, content_hash FROM vectors").fetchall()
            changed = [(hashes[name], maker, name) for maker, name in known if name in hashes]
            query = "UPDATE vectors SET content_hash = ? WHERE maker = ? AND content_hash = ?"
            connection.executemany(query, changed)

    def compact(self) -> None:
        """Give back the pages of deleted vectors, and empty the journal."""
        with closing(self._connect()) as connection:
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def forget_all_but(self, held: Iterable[str]) -> int:
        """Delete the vectors of all contents but these and the bank's; returns how many there were."""
        query = "SELECT content_hash FROM vectors WHERE substr(maker, ?) <> ?"
        with closing(self._connect()) as connection:
            known = {name for (name,) in connection.execute(query, (-len(_BANK), _BANK))}
        known.difference_update(held)
        return self.forget(known)
