"""Writes sources.toml: whole, or an entry more or less in what a person wrote.

What an entry may say is sources_toml.py's.
"""

import json
import re
import tomllib
from collections.abc import Sequence
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

from economic_index.conversations.mapping import TableMapping
from economic_index.conversations.sources import KEYS, AssignWeeks, Source, SourcesError
from economic_index.lake import write_atomically

_SECTION = re.compile(r"\s*\[(?!source\.|\[source\.)")  # a mapping of an entry, [source.mapping], goes with it


def write_sources(path: Path, sources: Sequence[Source]) -> None:
    """Replace sources.toml; what equals the default is not written."""
    text = "# What is read. Keys: docs/log_formats.md. After a change: make index\n"
    text += "".join(entry_text(source) for source in sources)
    write_atomically(path, text)


def add_source(path: Path, source: Source) -> None:
    """Add an entry at the end of sources.toml; what stands there stays as a person wrote it."""
    if not path.exists():
        write_sources(path, [source])
        return
    text = path.read_text(encoding="utf-8").rstrip("\n") + "\n" + entry_text(source)
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise SourcesError(
            f"{path.name}: no entry can be added at its end. Write it yourself:\n{entry_text(source)}"
        ) from None
    write_atomically(path, text)


def drop_source(path: Path, name: str) -> None:
    """Take an entry out of sources.toml; all else stays as a person wrote it. Raises SourcesError if it cannot."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    starts = [number for number, line in enumerate(lines) if _SECTION.match(line)] + [len(lines)]
    for start, next_start in pairwise(starts) if name in _names_in(lines) else ():
        end = next_start
        while lines[end - 1].strip()[:1] in ("", "#"):  # what a person wrote above the next section is the next one's
            end -= 1
        kept = lines[:start] + lines[end:]
        if lines[start].lstrip().startswith("[[source]]") and name not in _names_in(kept):
            write_atomically(path, "".join(kept))
            return
    raise SourcesError(f"{path.name}: the entry {name!r} cannot be taken out. Delete it yourself, or it is read again.")


def _names_in(lines: Sequence[str]) -> set[str]:
    return {entry["name"] for entry in tomllib.loads("".join(lines)).get("source", [])}


def entry_text(source: Source) -> str:
    """The source as an entry of sources.toml."""
    lines = ["", "[[source]]"]
    defaults = {field.name: field.default for field in fields(Source)}
    for name in KEYS:
        value = getattr(source, name)
        if name not in {"name", "path"} and value == defaults[name]:
            continue
        if name == "path" and not value:
            continue
        if isinstance(value, TableMapping):
            value_text = value.toml()
        elif isinstance(value, AssignWeeks):
            value_text = f'{{start = "{value.start.isoformat()}", count = {value.count}}}'
        else:
            value_text = json.dumps(value, ensure_ascii=False)
        lines.append(f"{name} = {value_text}")
    return "\n".join(lines) + "\n"
