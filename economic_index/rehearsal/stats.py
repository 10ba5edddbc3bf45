"""What the server has seen: requests by status, fault and identity, tokens by model, the most at one time.

No text and no label is ever counted here, so it can be shown.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

OWN_ERROR = "the rehearsal failed"


@dataclass(slots=True)
class Seen:
    """One identity: how often it arrived, was let through the limits, was answered, and was told so."""

    arrivals: int = 0
    tries: int = 0
    made: int = 0
    completed: int = 0


@dataclass
class Stats:
    """Counts since the start or the last reset. `made` answers are billed, `completed` ones reached the client."""

    by_identity: dict[str, Seen] = field(default_factory=dict)
    by_status: Counter[int] = field(default_factory=Counter)
    by_fault: Counter[str] = field(default_factory=Counter)
    usage: dict[str, Counter[str]] = field(default_factory=dict)
    batches: Counter[str] = field(default_factory=Counter)
    in_flight: int = 0
    most_in_flight: int = 0

    def arrived(self, identity: str) -> Seen:
        """Count an arrival; what has been seen of its identity."""
        seen = self.by_identity.setdefault(identity, Seen())
        seen.arrivals += 1
        return seen

    def met(self, fault: str) -> None:
        """Count a fault that a request met; "" is none."""
        if fault:
            self.by_fault[fault] += 1

    def failed(self, error: Exception) -> None:
        """Count an error of the server itself, by its kind: its text may hold what a client sent."""
        self.by_fault[f"{OWN_ERROR}: {type(error).__name__}"] += 1

    def billed(self, model: str, usage: Mapping[str, Any]) -> None:
        """Count the tokens of an answer that was made."""
        tokens = self.usage.setdefault(model, Counter())
        tokens["requests"] += 1
        for name, count in usage.items():
            if name.endswith("_tokens") and isinstance(count, int):
                tokens[name] += count

    def entered(self) -> None:
        """A request is being answered."""
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)

    def left(self) -> None:
        """It no longer is."""
        self.in_flight -= 1

    def as_json(self, detail: bool) -> dict[str, Any]:
        """All counts as plain values; with `detail` those of every identity, too."""
        seen = self.by_identity.values()
        told: dict[str, Any] = {
            "identities": len(self.by_identity),
            "arrivals": sum(one.arrivals for one in seen),
            "made": sum(one.made for one in seen),
            "completed": sum(one.completed for one in seen),
            "made_again": sum(max(one.made - 1, 0) for one in seen),
            "completed_again": sum(max(one.completed - 1, 0) for one in seen),
            "by_status": {str(status): count for status, count in sorted(self.by_status.items())},
            "by_fault": dict(self.by_fault),
            "usage": {model: dict(tokens) for model, tokens in self.usage.items()},
            "batches": dict(self.batches),
            "in_flight": self.in_flight,
            "most_in_flight": self.most_in_flight,
        }
        if detail:
            told["by_identity"] = {
                identity: {"arrivals": one.arrivals, "tries": one.tries, "made": one.made, "completed": one.completed}
                for identity, one in self.by_identity.items()
            }
        return told
