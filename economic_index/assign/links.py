"""What stands above a pick at each level: statements, detailed and intermediate activities, SOC groups, with shares.

A share is that of the pick which a node has: weights of the bank, then 1/n where a statement has n nodes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from economic_index.taxonomy import facts
from economic_index.vocabulary import Level

DEEPEST_FIRST = (Level.TASK, Level.DWA, Level.IWA, Level.SOC_GROUP)
Shares = Mapping[str, float]


class Spot(NamedTuple):
    """A place in the taxonomy: a level, and a node of it; at the level of tasks a candidate, statement or bank task."""

    level: Level
    node_id: str


NO_TASK = Spot(Level.NONE, "")
UNKNOWN = Spot(Level.UNCLASSIFIED, "")


@dataclass(frozen=True)
class Links:
    """The nodes above every candidate. `statements_of` is empty where the candidates are statements themselves."""

    statements_of: Mapping[str, Shares] = field(repr=False)
    above: Mapping[Level, Mapping[str, Sequence[str]]] = field(repr=False)
    """For DWA, IWA and SOC group: nodes of a statement; a node as often as it counts."""
    iwa_of_dwa: Mapping[str, str] = field(repr=False)

    @classmethod
    def of_version(cls, onet_version: str, statements_of: Mapping[str, Shares] | None = None) -> "Links":
        """From the shipped facts; for candidates of the bank with the statements that each stands for."""
        activities = facts.load("activities")
        above: dict[Level, Mapping[str, Sequence[str]]] = {
            Level.DWA: {key: sorted(found) for key, found in facts.dwas_of_statements(onet_version).items()},
            Level.IWA: {key: sorted(found) for key, found in facts.iwas_of_statements(onet_version).items()},
            Level.SOC_GROUP: facts.soc_groups_of_statements(onet_version),
        }
        iwas = dict(zip(activities["dwa_id"], activities["iwa_id"], strict=True))
        return cls(statements_of or {}, above, iwas)

    def nodes(self, spot: Spot, level: Level) -> Shares:
        """The nodes at a level that a spot belongs to, by share of it; none where it is coarser, or has no link."""
        if spot.level is Level.TASK:
            return self._nodes_of_candidate(spot.node_id, level)
        if spot.level is Level.DWA and level is Level.IWA and spot.node_id in self.iwa_of_dwa:
            return {self.iwa_of_dwa[spot.node_id]: 1.0}
        return {spot.node_id: 1.0} if spot.level is level else {}

    def _nodes_of_candidate(self, candidate: str, level: Level) -> Shares:
        known = self._known.setdefault(level, {})
        if candidate not in known:
            statements = self.statements_of.get(candidate, {}) if self.statements_of else {candidate: 1.0}
            known[candidate] = statements if level is Level.TASK else self._gathered(statements, level)
        return known[candidate]

    def _gathered(self, statements: Shares, level: Level) -> Shares:
        shares: dict[str, float] = {}
        for statement, weight in sorted(statements.items()):
            nodes = self.above[level].get(statement, ())
            for node in nodes:
                shares[node] = shares.get(node, 0.0) + weight / len(nodes)
        return shares

    @cached_property
    def _known(self) -> dict[Level, dict[str, Shares]]:
        return {}


def heaviest(shares: Shares) -> str | None:
    """The node with the greatest share, of equal ones the first by id; None of none."""
    return min(shares, key=lambda node: (-round(shares[node], 9), node)) if shares else None
