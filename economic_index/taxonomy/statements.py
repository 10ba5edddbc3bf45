"""O*NET task statements: fetched from their official place or read from a folder, never shipped.

They are verified by content: number and hashes equal the shipped facts. Nothing is ranked here.
"""

import hashlib
import io
import json
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Set
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from economic_index.contracts.reference import ONET_STATEMENTS
from economic_index.taxonomy import facts
from economic_index.taxonomy.codes import statement_hash

OFFICIAL = {
    "20.1": "https://huggingface.co/datasets/Anthropic/EconomicIndex/resolve/main/release_2025_02_10/onet_task_statements.csv",
    "30.1": "https://www.onetcenter.org/dl_files/database/db_30_1_text.zip",
}
FOLDERS = {
    "20.1": ("economic_index/release_2025_02_10/onet_task_statements.csv", "onet_task_statements.csv"),
    "30.1": ("onet_30_1/Task Statements.txt", "db_30_1_text/Task Statements.txt", "Task Statements.txt"),
}
ATTEMPTS, CHUNK = 5, 1 << 16


class StatementsUnavailable(Exception):
    """There are no statements to be had; the message says what needs them and how to get them."""


class StatementsDiffer(Exception):
    """A file was found, but its statements are not those of the version asked for."""


@dataclass(frozen=True)
class StatementSource:
    """Where statements may come from, in order: a folder, the cache, the official place."""

    onet_version: str
    reference_dir: Path | None
    cache_dir: Path
    may_fetch: bool
    wait: Callable[[float], None] = lambda seconds: None
    urls: dict[str, str] | None = None
    expected: frozenset[str] | None = None

    def statements(self) -> tuple[pd.DataFrame, dict[str, str]]:
        """The reference table's rows, and where they come from.

        Raises StatementsUnavailable without a source, StatementsDiffer if the content is another version's.
        """
        if self.reference_dir is not None:
            path = self._in_folder(self.reference_dir)
            return self._verified(path.read_bytes(), path.name), {"source": path.name}
        if not self.may_fetch:
            raise StatementsUnavailable(
                "O*NET statements are not here: tasks are labelled in the bank's own words. "
                "Set OEI_REFERENCE_DIR to a folder that holds them, or OEI_FETCH_STATEMENTS=1 to fetch them."
            )
        url = (self.urls or OFFICIAL)[self.onet_version]
        content = fetch(url, self.cache_dir, self.wait)
        return self._verified(content, url.rsplit("/", 1)[-1]), {
            "source": url,
            "sha256": hashlib.sha256(content).hexdigest(),
        }

    def _in_folder(self, folder: Path) -> Path:
        names = FOLDERS[self.onet_version]
        for name in names:
            if (folder / name).exists():
                return folder / name
        raise StatementsUnavailable(
            f"OEI_REFERENCE_DIR: no statements of O*NET {self.onet_version}. Looked for: {', '.join(names)}."
        )

    def _verified(self, content: bytes, name: str) -> pd.DataFrame:
        rows = parse(content)
        wanted: Set[str] = self.expected or _known_hashes(self.onet_version)
        if set(rows["statement_hash"]) != wanted:
            raise StatementsDiffer(
                f"{name}: {len(rows):,} distinct statements, {len(set(rows['statement_hash']) & wanted):,} of "
                f"them O*NET {self.onet_version}'s {len(wanted):,}. Give the file of that version."
            )
        rows.insert(0, "onet_version", self.onet_version)
        rows["vintage"], rows["licence_id"] = f"O*NET {self.onet_version}", "CC-BY-4.0"
        return rows[list(ONET_STATEMENTS.schema.columns)]


def _known_hashes(onet_version: str) -> frozenset[str]:
    tasks = facts.load("onet_tasks").query("onet_version == @onet_version")
    return frozenset(tasks["statement_hash"])


def parse(content: bytes) -> pd.DataFrame:
    """Distinct statements of a statements file (CSV, tab-separated, or the official zip)."""
    if content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            (name,) = [n for n in archive.namelist() if n.endswith("Task Statements.txt")]
            content = archive.read(name)
    is_tabbed = b"\t" in content.split(b"\n", 1)[0]
    rows = pd.read_csv(
        io.BytesIO(content),
        sep="\t" if is_tabbed else ",",
        dtype=str,
        keep_default_na=False,
        quoting=3 if is_tabbed else 0,
        encoding="utf-8-sig",
    )
    found = pd.DataFrame({"statement": rows["Task"].str.strip()})
    found["statement_hash"] = found["statement"].map(statement_hash)
    return found.drop_duplicates("statement_hash").sort_values("statement_hash").reset_index(drop=True)


def fetch(url: str, cache_dir: Path, wait: Callable[[float], None]) -> bytes:
    """The file at `url`: from the cache, or fetched with retry and resume; its first hash is remembered.

    Raises StatementsUnavailable after five failed attempts, StatementsDiffer if a cached file was changed.
    """
    cache_dir.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(url.encode()).hexdigest()[:16]
    done, part, note = (cache_dir / f"{name}{suffix}" for suffix in (".file", ".part", ".json"))
    if not done.exists():
        _download(url, part, wait)
        note.write_text(json.dumps({"url": url, "sha256": hashlib.sha256(part.read_bytes()).hexdigest()}))
        part.rename(done)
    content = done.read_bytes()
    if hashlib.sha256(content).hexdigest() != json.loads(note.read_text())["sha256"]:
        raise StatementsDiffer(f"{done.name}: changed since it was fetched. Delete the cache folder and try again.")
    return content


def _download(url: str, part: Path, wait: Callable[[float], None]) -> None:
    for attempt in range(ATTEMPTS):
        try:
            _continue_download(url, part)
            return
        except (urllib.error.URLError, OSError, IncompleteBody) as error:
            status = getattr(error, "code", None)
            if status is not None and status < 500 and status != 429:
                break
            wait(2.0**attempt)
    raise StatementsUnavailable(
        f"{url} could not be fetched. Try again later, or set OEI_REFERENCE_DIR to a folder that holds the file."
    )


class IncompleteBody(Exception):
    """The connection ended before the file did."""


def _continue_download(url: str, part: Path) -> None:
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    with urllib.request.urlopen(request, timeout=60) as reply:
        resumed = reply.status == 206
        length = reply.headers.get("Content-Length")
        wanted = (have if resumed else 0) + int(length) if length else None
        with part.open("ab" if resumed else "wb") as file:
            while chunk := reply.read(CHUNK):
                file.write(chunk)
    if wanted is not None and part.stat().st_size < wanted:
        raise IncompleteBody(url)


__all__ = ["StatementSource", "StatementsDiffer", "StatementsUnavailable", "fetch", "parse"]
