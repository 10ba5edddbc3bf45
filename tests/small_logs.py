"""Small logs made of the bank's own example requests, nobody's conversation: ShareGPT's shape, and a gateway's."""

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
GATEWAY = """
[[source]]
name = "gateway"
path = "{path}"
"""
MARKER, MARKED_USER = "zebra quartz harbour 77", "worker-3@example.com"
"""What only one user of the gateway says, and who that is."""
GATEWAY_COUNT, GATEWAY_USERS = 32, 8


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


def write_gateway(path: Path) -> None:
    """Request logs of eight people in two weeks; their ids are raw, and one of them can be told by what they say."""
    requests = [example for task in load_bank() for example in task.examples]
    lines = []
    for number in range(GATEWAY_COUNT):
        text = requests[(number * 37) % len(requests)]
        user = f"worker-{number % GATEWAY_USERS}@example.com"
        lines.append(
            {
                "ts": f"2026-01-{5 + number % 14:02d}T10:00:00Z",
                "user": user,
                "session_id": f"session-of-{number % GATEWAY_USERS}-{number:04d}",
                "messages": [
                    {"role": "user", "content": f"{text} ({MARKER})" if user == MARKED_USER else text},
                    {"role": "assistant", "content": f"Here is version {number}."},
                ],
            }
        )
    path.write_text("\n".join(map(json.dumps, lines)) + "\n")


def write_sources(home: Path, logs: Path, gateway: Path | None = None) -> None:
    """The home's sources.toml, with these logs on two assigned weeks, and the gateway's."""
    home.mkdir(parents=True, exist_ok=True)
    told = GATEWAY.format(path=gateway) if gateway is not None else ""
    (home / "sources.toml").write_text(SOURCES.format(path=logs) + told)
