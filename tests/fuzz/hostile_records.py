"""Hostile versions of the samples: values of the wrong type, absurd sizes and times, broken trees, cut and torn bytes.

What is drawn comes from a `Draws`, so that hypothesis and atheris steer the same mutations.
"""

import json
import re
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from economic_index.vocabulary import SourceFormat
from tests.fuzz.hostile_reading import MARK

SAMPLES = Path(__file__).parents[1] / "library" / "conversations" / "samples"
MAX_MUTATIONS = 6
_DEEP = "nested as deep as "
_DEEP_TEXT = re.compile(rf'"{_DEEP}(\d+)"')


class Draws(Protocol):
    """Where choices come from."""

    def below(self, limit: int) -> int:
        """A whole number from 0 to limit - 1."""
        ...

    def text(self) -> str:
        """Some text, lone surrogates included."""
        ...


class Case(NamedTuple):
    """Bytes to be read, and the end of their file's name."""

    data: bytes
    suffix: str


def sample_names() -> list[str]:
    """The formats that have a sample of JSON records."""
    names = {path.stem for path in SAMPLES.iterdir() if path.suffix in {".json", ".jsonl"}}
    return sorted(names & set(SourceFormat))


def sample_of(name: str) -> tuple[Any, bool]:
    """The records of a format's sample, and whether they stand one a line."""
    path = next(path for path in SAMPLES.glob(f"{name}.json*"))
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in text.splitlines()], True
    return json.loads(text), False


HOSTILE: tuple[Callable[[Draws], Any], ...] = (
    lambda draws: None,
    lambda draws: bool(draws.below(2)),
    lambda draws: draws.below(1 << 31) - (1 << 30),
    lambda draws: 10 ** draws.below(30),
    lambda draws: float("nan") if draws.below(2) else -1e308,
    lambda draws: "",
    lambda draws: MARK + draws.text(),
    lambda draws: draws.text() + "\x00\ud800\r\n\u202e" + MARK,
    lambda draws: " \t\n",
    lambda draws: [],
    lambda draws: {},
    lambda draws: [MARK, None, {MARK: MARK}, [], 3],
    lambda draws: {MARK: [MARK], "type": MARK, "text": MARK, "content": MARK, "role": MARK},
    lambda draws: json.dumps([{"role": "user", "content": MARK}, {"role": MARK}, 5]),
    lambda draws: json.dumps({"messages": [{"role": "user", "content": [{"type": MARK}]}]}),
    lambda draws: "[" * draws.below(2000),
    lambda draws: _nested(draws.below(1500)),
    lambda draws: ("1970-01-01", "2199-12-31T23:59:60Z", "2026-02-30", "26-1-5", "2026-01-05T10:00:00.1234567+25:00")[
        draws.below(5)
    ],
)


def _nested(depth: int) -> str:
    """Arrays in arrays: written when the record is, because no encoder of JSON goes so deep."""
    return f"{_DEEP}{depth}"


def _dumped(value: Any) -> str:
    written = json.dumps(value, ensure_ascii=False)
    return _DEEP_TEXT.sub(lambda found: "[" * int(found[1]) + "1" + "]" * int(found[1]), written)


def hostile_case(name: str, draws: Draws) -> Case:
    """The sample of a format after some mutations, written in one of the ways in which logs are written."""
    records, is_lines = sample_of(name)
    for _ in range(1 + draws.below(MAX_MUTATIONS)):
        _mutate(records, draws)
    way = draws.below(6)
    if isinstance(records, list) and (is_lines if way < 4 else not is_lines):
        text = "\n".join(_dumped(record) for record in records)
        suffix = ".jsonl"
    else:
        text, suffix = _dumped(records), ".json"
    return Case(_torn(text.encode("utf-8", "surrogatepass"), draws), suffix)


def _mutate(root: Any, draws: Draws) -> None:
    """Change one place in the tree; places near the root are as likely as all that lie below them."""
    parent: Any = root
    while True:
        keys = list(parent) if isinstance(parent, dict) else list(range(len(parent)))
        if not keys:
            return
        key = keys[draws.below(len(keys))]
        child = parent[key]
        if not isinstance(child, dict | list) or not child or draws.below(4) == 0:
            break
        parent = child
    _change(parent, key, draws)


def _change(parent: Any, key: Any, draws: Draws) -> None:
    kind = draws.below(8)
    if kind == 0:
        del parent[key]
    elif kind == 1:
        others = list(parent) if isinstance(parent, dict) else list(range(len(parent)))
        parent[key] = deepcopy(parent[others[draws.below(len(others))]])
    elif kind == 2 and isinstance(parent, list):
        parent.insert(draws.below(len(parent) + 1), deepcopy(parent[key]))
    elif kind == 3 and isinstance(parent, dict):
        parent[MARK + draws.text()] = parent.pop(key)
    else:
        parent[key] = HOSTILE[draws.below(len(HOSTILE))](draws)


def _torn(data: bytes, draws: Draws) -> bytes:
    """Mostly whole; else cut at an end, or with a few bytes overwritten."""
    kind = draws.below(8)
    if kind == 0:
        return data[: draws.below(len(data) + 1)]
    if kind == 1 and data:
        torn = bytearray(data)
        for _ in range(1 + draws.below(4)):
            torn[draws.below(len(torn))] = draws.below(256)
        return bytes(torn)
    return data
