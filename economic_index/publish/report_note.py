"""What the report that lies there was made of: the build that it shows, and the code that wrote it.

The page is page.py's; here is only told whether it must be made again.
"""

import hashlib
import json
from functools import cache
from pathlib import Path

from economic_index.lake import Lake, write_atomically

SOURCES = {".py", ".html", ".css", ".js"}


@cache
def publish_version() -> str:
    """Fingerprint of the sources of this package, as this process found them: any edit changes it."""
    return version_of(Path(__file__).parent)


def version_of(folder: Path) -> str:
    """Hash of the names and contents of all sources in a folder, 12 hex characters."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in SOURCES:
            digest.update(f"{path.relative_to(folder).as_posix()}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def write_report_note(lake: Lake, build_id: str) -> None:
    """Note what the report was made of; after the report, so that a note never promises more than lies there."""
    write_atomically(_path(lake), json.dumps(_wanted(build_id)))


def is_report_current(lake: Lake) -> bool:
    """Whether the report shows the build that is served, as this code would write it."""
    folder = lake.served_tables()
    if folder is None or not lake.report_path.exists():
        return False
    try:
        return bool(json.loads(_path(lake).read_text()) == _wanted(folder.name))
    except (FileNotFoundError, ValueError):
        return False


def _path(lake: Lake) -> Path:
    return lake.report_path.with_name("made_of.json")


def _wanted(build_id: str) -> dict[str, str]:
    return {"build_id": build_id, "publish_version": publish_version()}
