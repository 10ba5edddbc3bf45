"""Options by number: reads them from a prompt, and finds the one that a request is about.

How often that choice errs is answers.py's.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from economic_index.local.bank import BankTask, load_bank
from economic_index.taxonomy.codes import statement_hash

NUMBERED = re.compile(r"^[ \t]*(\d{1,3})[.)][ \t]+(\S.*?)[ \t]*$", re.MULTILINE)
WORD = re.compile(r"[^\W\d_]{3,}")
COMMON_WORDS = frozenset(
    ["and", "the", "for", "with", "from", "that", "this", "into", "other", "about", "using", "their", "its", "are"]
)
FENCE = re.compile(r'<([a-z_]+) id="([0-9a-f]{1,64})">.*?</\1 id="\2">', re.DOTALL)
STEM = 5
LEAST_OVERLAP = 0.2
"""Share of the words of the shorter text that both must have, below which an option is not meant."""


@dataclass(frozen=True)
class Option:
    """One numbered line: `number` as it is written."""

    number: str
    text: str


@lru_cache(maxsize=256)
def numbered_lines(text: str) -> tuple[Option, ...]:
    """The numbered lines of a text in their order; of a number that occurs twice, the first."""
    found: dict[str, Option] = {}
    for number, line in NUMBERED.findall(text):
        found.setdefault(number, Option(number, line))
    return tuple(found.values())


def fenced(text: str, name: str) -> str | None:
    """What stands in the first fence of that name; None without a whole one."""
    known = fence_id(text, name)
    if known is None:
        return None
    opening, closing = f'<{name} id="{known}">', f'</{name} id="{known}">'
    inner, end, _ = text.partition(opening)[2].partition(closing)
    return inner if end else None


def outside_fences(text: str) -> str:
    """What stands in no fence: our own words, and nobody else's."""
    return FENCE.sub("", text)


def fence_id(text: str, name: str) -> str | None:
    """The id of the first fence of that name."""
    start = text.find(f'<{name} id="')
    head = text.find('">', start)
    return text[start + len(name) + 6 : head] if start >= 0 and head > start else None


@lru_cache(maxsize=1)
def _by_label() -> dict[str, BankTask]:
    return {_plain(task.label): task for task in load_bank()}


def _plain(text: str) -> str:
    return text.strip().rstrip(".").casefold()


def named_task(text: str) -> BankTask | None:
    """The bank's task whose label is a whole line of the text, with or without a name before a colon."""
    for line in text.splitlines():
        for part in (line, line.partition(":")[2]):
            if (task := _by_label().get(_plain(part))) is not None:
                return task
    return None


@lru_cache(maxsize=8192)
def words(text: str) -> frozenset[str]:
    """The beginnings of the words of a text that tell something."""
    return frozenset(word[:STEM] for word in WORD.findall(text.casefold()) if word not in COMMON_WORDS)


def overlap(left: str, right: str) -> float:
    """Share of the words of the text with fewer words that the other has too, a little more for more of them."""
    one, other = words(left), words(right)
    common = len(one & other)
    return common / min(len(one), len(other)) + common / 1000 if common else 0.0


def ranked(options: Sequence[Option], request: str) -> list[tuple[float, Option]]:
    """The options that a request may be about, best first, with a score.

    A task of the bank is met by its own label (3), then by the statements that it stands for (2 and their weight),
    then, as any request, by the words that it shares (about 1, at least LEAST_OVERLAP); ties by their texts.
    """
    task = named_task(request)
    about = task.label if task else request
    scored = [(_score(option, task, about), option) for option in options]
    return sorted((pair for pair in scored if pair[0] >= LEAST_OVERLAP), key=lambda pair: (-pair[0], pair[1].text))


def is_task(text: str, task: BankTask) -> bool:
    """Whether a line is the task's own label, or a statement that it stands for."""
    return _plain(text) == _plain(task.label) or statement_hash(text) in task.statements


def _score(option: Option, task: BankTask | None, about: str) -> float:
    if task is not None:
        if _plain(option.text) == _plain(task.label):
            return 3.0
        if weight := task.statements.get(statement_hash(option.text), 0.0):
            return 2.0 + weight
    return overlap(about, option.text)
