"""Which log files lie at a place: a file, a folder with all below it, or a glob, on disk or in a store.

Names alone are looked at (log_names.py); no file is opened.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

from economic_index.conversations.log_names import choose_members
from economic_index.conversations.places import LogFile, NoLogsError, is_url, local_file, stated_file
from economic_index.conversations.stores import ObjectStore


def list_files(place: str) -> tuple[list[LogFile], list[str]]:
    """Log files of a place, in order of their names, and the base names of what is ignored.

    A file that is named itself is always taken. Links are not followed. Raises NoLogsError if there is nothing, and
    StoreError if a store does not answer.
    """
    if is_url(place):
        found = ObjectStore.of(place).list(place)
        named = [file for file in found.values() if file.identity == place]
        return (named, []) if named else choose_members(found.items())
    path = Path(place).expanduser().absolute()
    if path.is_file():
        return [local_file(path)], []
    entries = _entries(path)
    if not entries:
        raise NoLogsError(
            path.name, "no such file, and nothing matches. Check the path (LOGS=..., or path in sources.toml)."
        )
    chosen, ignored = choose_members(entries.items())
    return list(_stated(chosen)), ignored


def _entries(path: Path) -> Mapping[str, "os.DirEntry[str] | Path"]:
    """Files below a folder, or that match a glob, by their names below it."""
    if path.is_dir():
        return dict(_walk(path.as_posix()))
    root, parts = _split_glob(path)
    found = root.glob(parts) if parts else ()
    return {entry.relative_to(root).as_posix(): entry for entry in found if entry.is_file() and not entry.is_symlink()}


def _walk(root: str) -> Iterator[tuple[str, "os.DirEntry[str]"]]:
    folders = [""]
    while folders:
        prefix = folders.pop()
        try:
            with os.scandir(f"{root}/{prefix}") as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(f"{prefix}{entry.name}/")
                    elif entry.is_file(follow_symlinks=False):
                        yield prefix + entry.name, entry
        except PermissionError:
            name = (prefix or root).rstrip("/").rpartition("/")[2]
            raise NoLogsError(name, "this folder may not be read. Allow it, or name the files alone.") from None


def _stated(entries: list["os.DirEntry[str] | Path"]) -> Iterator[LogFile]:
    for entry in entries:
        with suppress(FileNotFoundError):  # gone since it was listed: as if it had never been there
            yield stated_file(os.fspath(entry), entry.stat())


def _split_glob(path: Path) -> tuple[Path, str]:
    """The folder before the first wildcard, and the rest."""
    for index, part in enumerate(path.parts):
        if any(mark in part for mark in "*?["):
            return Path(*path.parts[:index]), str(PurePosixPath(*path.parts[index:]))
    return path, ""
