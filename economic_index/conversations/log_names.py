"""Which files of a folder or an archive are logs, by name: what lies beside logs is ignored, not an error.

What a file is, is decided by its structure (sniff.py), never by its name.
"""

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import TypeVar

Member = TypeVar("Member")

LOG_SUFFIXES = (".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".parquet", ".zip", ".dms")
PACKED_SUFFIXES = (".gz", ".zst")
COMPANIONS = re.compile(
    r"(user|users|projects|memories|message_feedback|shared_conversations|model_comparisons|group_chats|shopping"
    r"|sora|sessions-index|manifest(-.*)?|design_chats|light_metadata|user_settings|package|tsconfig|agent-[^.]+\.meta)\.(json|zip)"
)
_NUMBERED = re.compile(r"conversations-\d+\.json")


class NoLogsError(FileNotFoundError):
    """There is no file where logs were said to be."""


def is_log_name(name: str) -> bool:
    """Whether a file of this base name may be a log."""
    lower = name.lower()
    if lower.startswith(("._", ".")) or COMPANIONS.fullmatch(lower):
        return False
    for suffix in PACKED_SUFFIXES:
        lower = lower.removesuffix(suffix)
    return lower.endswith(LOG_SUFFIXES)


def choose_members(members: Mapping[str, Member]) -> tuple[list[Member], list[str]]:
    """Members of an archive that may be logs, by order of name, and the base names of the others.

    Where conversations.json and conversations-000.json … lie side by side, the numbered ones are taken.
    """
    chosen, ignored = [], []
    numbered = {PurePosixPath(name).parent for name in members if _NUMBERED.fullmatch(PurePosixPath(name).name)}
    for name in sorted(members):
        path = PurePosixPath(name)
        is_old_copy = path.name == "conversations.json" and path.parent in numbered
        is_junk = not {"__MACOSX", "design_chats", "tool-results"}.isdisjoint(path.parts)
        if is_junk or is_old_copy or not is_log_name(path.name):
            ignored.append(path.name)
        else:
            chosen.append(members[name])
    return chosen, ignored


def list_files(pattern: str) -> tuple[list[Path], list[str]]:
    """Log files of a file name, a folder (with its subfolders) or a glob, in order of path; and what is ignored.

    A file that is named itself is always taken. Raises NoLogsError if there is nothing.
    """
    path = Path(pattern).expanduser()
    if path.is_file():
        return [path], []
    if path.is_dir():
        found = [entry for entry in path.rglob("*") if entry.is_file()]
        root = path
    else:
        root, parts = _split_glob(path)
        found = [entry for entry in root.glob(parts) if entry.is_file()] if parts else []
    if not found:
        raise NoLogsError(
            f"{path.name}: no such file, and nothing matches. Check the path (LOGS=..., or path in sources.toml)."
        )
    members = {entry.relative_to(root).as_posix(): entry for entry in found if not entry.is_symlink()}
    return choose_members(members)


def _split_glob(path: Path) -> tuple[Path, str]:
    """The folder before the first wildcard, and the rest."""
    for index, part in enumerate(path.parts):
        if any(mark in part for mark in "*?["):
            return Path(*path.parts[:index]), str(PurePosixPath(*path.parts[index:]))
    return path, ""
