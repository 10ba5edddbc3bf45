"""O*NET task statements: read from a folder, from the cache or from their official place; never shipped.

They are verified by content: number and hashes equal the shipped facts. Nothing is ranked here.
"""

import hashlib
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd

from economic_index.contracts.reference import ONET_STATEMENTS
from economic_index.taxonomy import facts
from economic_index.taxonomy.download import DownloadFailed, download
from economic_index.taxonomy.source_files import SOURCES
from economic_index.taxonomy.statement_files import MEMBER, NotStatements, parse

OFFICIAL = {version: SOURCES[f"tasks_{version}"].url for version in ("20.1", "30.1")}
# As the official archives unpack, and as docs/reference_data.md names folders.
PLACES = {
    "20.1": (
        SOURCES["tasks_20.1"].path,
        "release_2025_02_10/onet_task_statements.csv",
        "onet_task_statements.csv",
        f"db_20_1/{MEMBER}",
    ),
    "30.1": (SOURCES["tasks_30.1"].path, f"db_30_1_text/{MEMBER}", "db_30_1_text.zip", MEMBER),
}


class StatementsUnavailable(Exception):
    """There are no statements to be had; the message says what needs them and how to get them."""


class StatementsDiffer(Exception):
    """A file was found, but its statements are not those of the version asked for."""


@dataclass(frozen=True)
class Expected:
    """What the right file holds: number of statements, and the hashes of the distinct ones."""

    count: int
    hashes: frozenset[str]

    @classmethod
    def shipped(cls, onet_version: str) -> "Expected":
        """Of the shipped facts."""
        return cls(facts.statement_count(onet_version), facts.statement_hashes(onet_version))


@dataclass(frozen=True)
class StatementSource:
    """Where statements may come from, in order: a folder, the cache, the official place.

    `urls` and `expected` are other than the official ones in tests alone.
    """

    onet_version: str
    reference_dir: Path | None
    cache_dir: Path
    may_fetch: bool
    wait: Callable[[float], None] = time.sleep
    urls: Mapping[str, str] = field(default_factory=lambda: OFFICIAL)
    expected: Expected | None = None

    def statements(self) -> tuple[pd.DataFrame, dict[str, str]]:
        """The rows of `reference/onet_statements`, one a distinct statement, and where they come from.

        Raises StatementsUnavailable without a source, StatementsDiffer if the content is not that of the version.
        """
        given = self._in_folder()
        if given is not None:
            return self._verified(given.read_bytes(), given.name), {"source": given.name}
        if self._archive.exists():
            return self._cached()
        if self.may_fetch:
            return self._fetched()
        raise StatementsUnavailable(self._remedy())

    def _in_folder(self) -> Path | None:
        if self.reference_dir is None:
            return None
        found = [self.reference_dir / name for name in PLACES[self.onet_version]]
        return next((path for path in found if path.is_file()), None)

    def _remedy(self) -> str:
        looked = f" (looked there for: {', '.join(PLACES[self.onet_version])})" if self.reference_dir else ""
        return (
            f"Statements of O*NET {self.onet_version} are not here: tasks are labelled in the bank's own words. Set "
            f"OEI_REFERENCE_DIR to a folder that holds them{looked}, or OEI_FETCH_STATEMENTS=1 to fetch them."
        )

    @property
    def _url(self) -> str:
        return self.urls[self.onet_version]

    @property
    def _archive(self) -> Path:
        """The cached file, named for its address, so that another pin is another file."""
        suffix = Path(urlsplit(self._url).path).suffix
        return self.cache_dir / f"onet-{self.onet_version}-{hashlib.sha256(self._url.encode()).hexdigest()[:8]}{suffix}"

    @property
    def _record(self) -> Path:
        """What was remembered of the file at its first fetch."""
        return self._archive.with_name(self._archive.name + ".json")

    def _cached(self) -> tuple[pd.DataFrame, dict[str, str]]:
        content = self._archive.read_bytes()
        found, known = hashlib.sha256(content).hexdigest(), self._known_sha256()
        if found != known:
            raise StatementsDiffer(f"{self._archive.name}: changed since it was fetched. Delete it and try again.")
        return self._verified(content, self._archive.name), {"source": self._url, "sha256": found}

    def _known_sha256(self) -> str | None:
        """SHA-256 of the archive at its first fetch."""
        return str(json.loads(self._record.read_text())["sha256"]) if self._record.exists() else None

    def _fetched(self) -> tuple[pd.DataFrame, dict[str, str]]:
        """Fetch, verify, and only then put into the cache, with its hash beside it."""
        self.cache_dir.mkdir(parents=True, exist_ok=True)
        part = self._archive.with_name(self._archive.name + ".part")
        rows = self._download_verified(part)
        found, known = hashlib.sha256(part.read_bytes()).hexdigest(), self._known_sha256()
        self._record.write_text(json.dumps({"url": self._url, "sha256": found, "size_bytes": part.stat().st_size}))
        os.replace(part, self._archive)
        origin = {"source": self._url, "sha256": found}
        if known and known != found:  # repacked by the publisher: content decides, but it is said
            origin["sha256_at_first_fetch"] = known
        return rows, origin

    def _download_verified(self, part: Path) -> pd.DataFrame:
        """Download until the content is right: what a resumed file got wrong is fetched whole once more."""
        is_resumed = part.exists()
        try:
            download(self._url, part, self.wait)
            return self._verified(part.read_bytes(), self._url)
        except DownloadFailed as failure:
            raise StatementsUnavailable(f"Statements could not be fetched. {failure}. {self._remedy()}") from None
        except StatementsDiffer:
            part.unlink()
            if not is_resumed:
                raise
        return self._download_verified(part)

    def _verified(self, content: bytes, name: str) -> pd.DataFrame:
        """Rows of the reference table, if they are the statements of the version."""
        wanted = self.expected or Expected.shipped(self.onet_version)
        try:
            rows = parse(content)
        except NotStatements as seen:
            raise StatementsDiffer(f"{name}: {seen}. Give the statements of O*NET {self.onet_version}.") from None
        found = set(rows["statement_hash"])
        if len(rows) != wanted.count or found != wanted.hashes:
            raise StatementsDiffer(
                f"{name}: {len(rows):,} statements ({len(found):,} distinct, {len(found & wanted.hashes):,} known), "
                f"but O*NET {self.onet_version} has {wanted.count:,} ({len(wanted.hashes):,} distinct). "
                "Give the file of that version."
            )
        # Statements that differ in case alone are one: the first in the alphabet stands for them.
        rows = rows.sort_values(["statement_hash", "statement"]).drop_duplicates("statement_hash")
        rows = SOURCES[f"tasks_{self.onet_version}"].stamp(rows.assign(onet_version=self.onet_version))
        return rows[list(ONET_STATEMENTS.schema.columns)].reset_index(drop=True)
