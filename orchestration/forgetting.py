"""python -m orchestration forget, and rotate-key: count, ask, do, and build again what is made of the lake.

What is deleted, and how, is economic_index/erasure's. No id that was named is printed or kept.
"""

import secrets
import sys
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from economic_index.conversations.sources_edits import drop_source
from economic_index.conversations.sources_toml import load_sources
from economic_index.conversations.systems import systems_of
from economic_index.erasure.erase import Erased, Eraser
from economic_index.erasure.rotation import Rotation
from economic_index.erasure.targets import Target, target_conversation, target_user
from economic_index.lake import Lake
from orchestration import settings as config
from orchestration.active_runs import active_runs
from orchestration.driver import Driver, prepare_dagster
from orchestration.resources import PROGRESS, people_reader
from orchestration.runs import close_dead_runs
from orchestration.settings import Settings


class ForgetError(Exception):
    """Nothing was forgotten; the message says what to do."""


@dataclass(frozen=True)
class Named:
    """What the command line names: one of the three."""

    user: str | None = None
    conversation: str | None = None
    source: str | None = None
    system: str | None = None


def forget(settings: Settings, named: Named, *, yes: bool, later: bool = False) -> int:
    """Forget a user, a conversation or a source everywhere; 1 if the answer was no."""
    eraser = _open(settings)
    if eraser.go_on():
        print("A deletion that was stopped half-way was gone on with, and is whole.")
    target = _target(settings, eraser, named)
    counted = eraser.count(target)
    declared = _declared(settings.sources_path)
    if named.source is not None and named.source not in declared and not counted.conversation_count:
        raise ForgetError(f"No such source. Known: {', '.join(declared) or 'none'}.")
    _tell(counted, named)
    if not (yes or _agreed("forget USER=… YES=1")):
        return 1
    if named.source is not None:
        # first: a reading that came in between would bring it back
        _drop_entry(settings.sources_path, named.source)
    erased = eraser.erase(target)
    print(f"Deleted: {erased.conversation_count:,} conversations. Copies outside the home (the logs, backups, exported")
    print("sheets, what was released) are yours to delete: docs/forgetting.md.", flush=True)
    return 0 if later else _build_again(settings)


def undo(settings: Settings, named: Named) -> int:
    """Take tombstones away; what was deleted comes back only with a delivery that is read after that."""
    eraser = _open(settings)
    if named.source is not None:
        raise ForgetError("A source has no tombstone: write its entry in sources.toml again.")
    count = eraser.take_back(_target(settings, eraser, named))
    print(f"{count} tombstones taken away. What is delivered from now on is read; what was deleted is not restored.")
    if settings.opt_out_path.exists():
        print(f"A line in {settings.opt_out_path.name} would put them back.")
    return 0


def rotate_key(settings: Settings, *, yes: bool) -> int:
    """Change the pseudonym key, read all logs again, and keep what was answered; 1 if the answer was no."""
    if config.is_key_given():
        raise ForgetError("The key comes from OEI_PSEUDONYM_KEY: put it into the key file first, and unset it.")
    _open(settings).go_on()
    print(
        "All pseudonyms change, and all logs are read again: those that lie no more where sources.toml says are lost."
    )
    print(
        "Answers of engines and vectors are kept by content; reviews by a conversation's own id; the rest is made anew."
    )
    print("Who was forgotten stays forgotten.")
    if not (yes or _agreed("rotate-key YES=1")):
        return 1
    lake = Lake(settings.home)
    new_key = config.prepare_key(settings, secrets.token_bytes(32))
    Rotation(lake, config.pseudonym_key(settings), new_key, config.outside_answers_url()).run(
        lambda: config.retire_key(settings)
    )
    config.switch_key(settings)
    return _build_again(settings)


def _open(settings: Settings) -> Eraser:
    """Deletion in the home of the settings. Raises ForgetError while a run writes to it."""
    if not (settings.home / "versions.sqlite").exists():
        raise ForgetError(f"{settings.home}: nothing was read here. Is OEI_HOME the home that is meant?")
    prepare_dagster(settings)
    with dg.DagsterInstance.get() as instance:
        close_dead_runs(instance)
        if active_runs(instance):
            raise ForgetError(
                "A run is at work in this home, and might write what is deleted. Try again when it ended."
            )
    keys = (config.pseudonym_key(settings), *config.retired_keys(settings))
    return Eraser(Lake(settings.home), keys, config.outside_answers_url())


def _target(settings: Settings, eraser: Eraser, named: Named) -> Target:
    if named.source is not None:
        return Target(source=named.source)
    people = people_reader(settings)
    told = named.user if named.user is not None else named.conversation
    if told == "-":  # so that the id stands in no history of a shell
        told = sys.stdin.readline() if not sys.stdin.isatty() else input("Id: ")
    key, systems = eraser.keys[0], systems_of(people.sources)
    if named.user is None:
        return target_conversation(key, told or "", named.system, systems)
    accounts = people.accounts() if people.people.identities else None
    return target_user(key, told or "", named.system, systems, accounts)


def _declared(path: Path) -> list[str]:
    return [source.name for source in load_sources(path)] if path.exists() else []


def _drop_entry(path: Path, name: str) -> None:
    if name in _declared(path):
        drop_source(path, name)
        print(f"Its entry in {path} is gone: it will not be read again.")


def _tell(counted: Erased, named: Named) -> None:
    weeks = f" in {len(counted.weeks)} weeks" if counted.weeks else ""
    print(f"To be deleted everywhere in this home, for good: {counted.conversation_count:,} conversations{weeks}.")
    if named.source is None:
        print("Later deliveries of them will not be read.")


def _agreed(command: str) -> bool:
    if not sys.stdin.isatty():
        print(f"Stopped: no terminal to ask at. Say YES=1 to go on: make {command}", file=sys.stderr)
        return False
    return input("Go on? [y/N] ").strip().lower() in {"y", "yes"}


def _build_again(settings: Settings) -> int:
    PROGRESS.is_on = True
    Driver(settings, PROGRESS).run()
    return 0
