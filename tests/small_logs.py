"""Small logs in the ShareGPT shape, made of the bank's own example requests: nobody's conversation."""

import json
from pathlib import Path

from economic_index.local.bank import load_bank

SOURCES = """[[source]]
name = "small"
path = "{path}"
format = "sharegpt"
product = "sharegpt"
users = "assigned"
assign_weeks = {{start = "2026-01-05", count = 2}}
"""


def records(count: int, first: int = 0) -> list[dict[str, object]]:
    """`count` conversations of one or two turns."""
    requests = [example for task in load_bank() for example in task.examples]
    found = []
    for number in range(first, first + count):
        text = requests[(number * 37) % len(requests)]
        turns = [{"from": "human", "value": text}, {"from": "gpt", "value": "Here is a first version."}]
        if number % 3 == 0:
            turns += [{"from": "human", "value": "Make it shorter, please."}, {"from": "gpt", "value": "Shorter."}]
        found.append({"id": f"small{number:04d}_0", "conversations": turns})
    return found


def write_logs(path: Path, count: int, first: int = 0) -> None:
    """A ShareGPT file of so many conversations, replacing what was there."""
    path.write_text(json.dumps(records(count, first)))


def write_sources(home: Path, logs: Path) -> None:
    """The home's sources.toml, with these logs on two assigned weeks."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "sources.toml").write_text(SOURCES.format(path=logs))
