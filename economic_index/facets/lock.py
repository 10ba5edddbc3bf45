"""prompts.lock: version and hash of every prompt, so that no word changes without a new version.

`python -m economic_index.facets.lock` writes it, `--check` only compares; a changed text under an old number is refused
by both.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from economic_index.facets.prompts import FOLDER, lock_entries

LOCK = FOLDER / "prompts.lock"


def unlocked(locked: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Prompts whose text differs from the one locked under the same version."""
    return [
        name
        for name, entry in now.items()
        if name in locked and locked[name]["version"] == entry["version"] and locked[name] != entry
    ]


def main(argv: list[str], path: Path = LOCK) -> int:
    """0 if the lock is what the prompts are; writes it unless `--check`."""
    now = lock_entries()
    locked = orjson.loads(path.read_bytes()) if path.exists() else {}
    if changed := unlocked(locked, now):
        print(f"Changed under an unchanged version: {', '.join(changed)}. Raise `Version:` in each, then lock again.")
        return 1
    if "--check" in argv:
        if locked != now:
            print("prompts.lock is not of these prompts: make generate")
        return int(locked != now)
    path.write_bytes(orjson.dumps(now, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
