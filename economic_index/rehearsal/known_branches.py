"""What the server has put under each branch that it named, so that it can lead a planted task down its own tree.

Kept in a file beside the batches: the tree is built once, and gone down by later runs.
"""

import re
from pathlib import Path

import orjson

from economic_index.local.bank import BankTask
from economic_index.rehearsal.choices import Option, is_task

RELATED, WIDER = " and related work", " and wider work"
_NUMBER_BEHIND = re.compile(r" \(\d+\)$")


class KnownBranches:
    """Lines under each name; of one name that was given twice, those of both."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._under: dict[str, set[str]] = {}
        self._leads: dict[tuple[str, str], bool] = {}
        if path is not None and path.exists():
            for line in path.read_bytes().splitlines():
                try:
                    named = orjson.loads(line)
                except orjson.JSONDecodeError:  # the last line of a server that was killed
                    continue
                self._under.setdefault(named["name"], set()).update(named["under"])

    def named(self, like: str, lines: tuple[Option, ...]) -> str:
        """A name for the branch over these lines, like one of them and yet none of them."""
        stem = like.removesuffix(RELATED).removesuffix(WIDER)
        name = stem + (WIDER if like.endswith(RELATED) else RELATED)
        self._note(name, [line.text for line in lines])
        return name

    def _note(self, name: str, under: list[str]) -> None:
        known = self._under.setdefault(name, set())
        if known.issuperset(under):
            return
        known.update(under)
        self._leads.clear()
        if self._path is not None:
            with self._path.open("ab") as file:
                file.write(b"\n" + orjson.dumps({"name": name, "under": under}))

    def leading_to(self, task: BankTask, options: tuple[Option, ...]) -> list[Option]:
        """The options that are the task, or have it under them."""
        return [option for option in options if self._leads_to(option.text, task)]

    def _leads_to(self, text: str, task: BankTask) -> bool:
        place = (text, task.bank_task_id)
        if place not in self._leads:
            self._leads[place] = False  # a name that stands under itself leads nowhere
            under = self._under.get(_NUMBER_BEHIND.sub("", text), set())
            self._leads[place] = is_task(text, task) or any(self._leads_to(each, task) for each in under)
        return self._leads[place]
