"""Where long files of the published index come from: a folder, the cache, or their official place if that is asked.

What is in a file is long_schema.py's; nothing is shipped or committed.
"""

import hashlib
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from economic_index.taxonomy.download import DownloadFailed, download

# The revision of 26 June 2026: a later one may hold other rows under the same names.
REVISION = "2ea58ff"
BASE = f"https://huggingface.co/datasets/Anthropic/EconomicIndex/resolve/{REVISION}"
OFFICIAL = {
    name: f"{BASE}/{folder}/data/{name}"
    for folder, names in {
        "release_2025_09_15": (
            "intermediate/aei_raw_claude_ai_2025-08-04_to_2025-08-11.csv",
            "intermediate/aei_raw_1p_api_2025-08-04_to_2025-08-11.csv",
        ),
        "release_2026_01_15": (
            "intermediate/aei_raw_claude_ai_2025-11-13_to_2025-11-20.csv",
            "intermediate/aei_raw_1p_api_2025-11-13_to_2025-11-20.csv",
        ),
        "release_2026_03_24": (
            "aei_raw_claude_ai_2026-02-05_to_2026-02-12.csv",
            "aei_raw_1p_api_2026-02-05_to_2026-02-12.csv",
        ),
        "release_2026_06_26": ("aei_claude_ai_2026-06-26.csv", "aei_1p_api_2026-06-26.csv"),
    }.items()
    for name in names
}
PATTERNS = ("aei_raw_*.csv", "aei_claude_ai_*.csv", "aei_1p_api_*.csv")


class ReleaseDiffers(Exception):
    """A file in the cache is not the one that was fetched."""


@dataclass(frozen=True)
class FoundFile:
    """One long file, and where it is from."""

    path: Path
    source: str
    sha256: str


@dataclass(frozen=True)
class ReleaseSource:
    """Looks in `folder` (OEI_RELEASES_DIR); fetches into `cache_dir` only if `may_fetch` (OEI_FETCH_RELEASES).

    `urls` are other than the official ones in tests alone.
    """

    folder: Path | None
    cache_dir: Path
    may_fetch: bool
    wait: Callable[[float], None] = time.sleep
    urls: Mapping[str, str] = field(default_factory=lambda: OFFICIAL)

    def files(self) -> tuple[list[FoundFile], list[str]]:
        """Long files at hand, and a sentence for each that was asked for and could not be had.

        Raises ReleaseDiffers if a cached file has changed since it was fetched.
        """
        given = sorted({path for pattern in PATTERNS for path in (self.folder.rglob(pattern) if self.folder else ())})
        found = [FoundFile(path, path.name, _sha256(path)) for path in given]
        if not self.may_fetch:
            return found, []
        missing = []
        names = {file.path.name for file in found}
        for name, url in self.urls.items():
            if Path(name).name in names:
                continue
            try:
                found.append(self._fetched(url))
            except DownloadFailed as failure:
                missing.append(f"{Path(name).name} could not be fetched. {failure}.")
        return found, missing

    def _fetched(self, url: str) -> FoundFile:
        """From the cache, else downloaded: under its own name only when it is whole, with its hash beside it."""
        path = self.cache_dir / Path(url).name
        record = path.with_name(f"{path.name}.json")
        if not path.exists():
            self.cache_dir.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f"{path.name}.part")
            download(url, part, self.wait)
            record.write_text(json.dumps({"url": url, "sha256": _sha256(part), "size_bytes": part.stat().st_size}))
            os.replace(part, path)
        known, sha256 = json.loads(record.read_text())["sha256"], _sha256(path)
        if sha256 != known:
            raise ReleaseDiffers(f"{path.name}: changed since it was fetched. Delete it and try again.")
        return FoundFile(path, url, sha256)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
