"""One's own logs: say what would be read, ask, and write the entry in sources.toml.

Sniffing and counting are the library's; nothing is read into the lake here.
"""

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

from economic_index.conversations.check_logs import LogSummary, sniff_sources, sniff_table
from economic_index.conversations.listing import list_files
from economic_index.conversations.mapping_toml import load_mapping
from economic_index.conversations.places import absolute_place
from economic_index.conversations.sources import AssignWeeks, Source
from economic_index.conversations.sources_edits import add_source, entry_text
from economic_index.conversations.sources_toml import load_sources
from economic_index.lake import week_of
from economic_index.vocabulary import RejectReason
from orchestration.settings import Settings, now, variable

MEANINGS = {
    "self": 'audience = "self": one person\'s own logs. No floor hides small cells; never to be released.',
    "none": 'users = "none": nobody is known. Floors count conversations only; never to be released.',
}


def describe(settings: Settings, logs: str, mapping: str | None = None) -> LogSummary:
    """Print what would be read of a file or folder, or of a declared table by its name; nothing is written."""
    known = _known(settings)
    table = next((source for source in known if source.url_env and source.name == logs), None)
    if table is not None:
        summary = sniff_table(table, variable(table.url_env or ""), now())
    else:
        told = load_mapping(Path(mapping).expanduser().absolute()) if mapping else None
        summary = sniff_sources(logs, now(), known, told)
    for line in summary.lines():
        print(line)
    return summary


def is_declared(settings: Settings, logs: str) -> bool:
    """Whether sources.toml names these logs; then nothing is asked, and reading itself says what is new.

    Raises OSError (NoLogsError, StoreError) if nothing is there: a reading of all sources would pass over them.
    """
    known = _known(settings)
    if any(source.url_env and source.name == logs for source in known):
        return True
    place = absolute_place(logs)
    is_known = any(not source.url_env and absolute_place(source.path) == place for source in known)
    if is_known:
        list_files(place)
    return is_known


def adopt(settings: Settings, summary: LogSummary, *, yes: bool) -> bool:
    """Write the entry in sources.toml after asking; False if the answer was no."""
    known = _known(settings)
    if not summary.conversation_count:
        print("No conversation was found: nothing to index.")
        if RejectReason.NO_TIME_IN_FORMAT in {report.reason for report in summary.files}:
            print(_without_times(settings, summary, _free_name(known)))
        return False
    source = summary.proposed_source(_free_name(known))
    for proposal in summary.proposals:
        print(f"Proposed: {MEANINGS[proposal]}")
    if not (yes or _agreed()):
        return False
    settings.sources_path.parent.mkdir(parents=True, exist_ok=True)
    add_source(settings.sources_path, source)
    print(f"Written: {settings.sources_path} [{source.name}]")
    return True


def _without_times(settings: Settings, summary: LogSummary, name: str) -> str:
    first_monday = week_of(date(now().year, 1, 7))
    weeks = AssignWeeks(start=first_monday, count=12)
    entry = entry_text(replace(summary.source, name=name, assign_weeks=weeks))
    return (
        "These logs have no times. They can be spread over weeks, which are marked as assigned everywhere, and of "
        f"which no trend is claimed: write this to {settings.sources_path}, with the weeks you mean, and give the "
        f"same command again.\n{entry}"
    )


def _known(settings: Settings) -> list[Source]:
    return load_sources(settings.sources_path) if settings.sources_path.exists() else []


def _free_name(known: list[Source]) -> str:
    names = {source.name for source in known}
    return next(name for number in range(1, 10_000) if (name := f"logs_{number}") not in names)


def _agreed() -> bool:
    if not sys.stdin.isatty():
        print("Stopped: no terminal to ask at. Say YES=1 to go on: make index LOGS=folder YES=1", file=sys.stderr)
        return False
    return input("Read these logs? [y/N] ").strip().lower() in {"y", "yes"}
