"""Builds the task hierarchy over a set of sentences, round by round, out of one answer store (method: section 1.3).

It sends nothing: whoever runs it sends the requests of each round. Given the answers it is deterministic.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil

from economic_index.assign.candidates import Candidates
from economic_index.assign.hierarchy import Hierarchy, Maker, Parent, hierarchy_of
from economic_index.assign.hierarchy_phase import Ask, Phase
from economic_index.assign.hierarchy_prompts import (
    ASSIGN,
    MERGE,
    MERGED_AT_ONCE,
    PROPOSE,
    RENAME,
    build_version,
    frame_of,
)
from economic_index.assign.hierarchy_tier import Below, Tier
from economic_index.assign.neighbourhoods import Vectors
from economic_index.llm.store import AnswerStore
from economic_index.vocabulary import Engine

MOST_AT_THE_TOP = 30


@dataclass(frozen=True)
class HierarchyShape:
    """How large it becomes; the paper's hierarchy has 12 / 474 / 19,530 nodes.

    `level_count` counts the sentences' own level. Raises ValueError for a shape that has no tree.
    """

    top_count: int = 12
    level_count: int = 3
    neighbourhood: int = 40
    seed: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.top_count <= MOST_AT_THE_TOP or self.level_count < 2 or self.neighbourhood < 2:
            raise ValueError(f"A hierarchy has 2 or more levels, and 1 to {MOST_AT_THE_TOP} nodes at the top.")

    def ratio(self, count: int, levels_left: int) -> float:
        """Size of the next level over that of this one: equal steps to the top (method: section 1.3)."""
        return float((min(self.top_count, count) / count) ** (1 / levels_left))


@dataclass
class HierarchyBuild:
    """One building; used once. `fallbacks` counts, by prompt, requests without an answer that nearness stood in for."""

    candidates: Candidates
    onet_version: str
    embed: Callable[[Sequence[str]], Vectors]
    store: AnswerStore
    model: str
    engine: Engine
    salt: bytes = field(repr=False)
    cache_ttl: str | None = "5m"
    shape: HierarchyShape = field(default_factory=HierarchyShape)
    fallbacks: Counter[str] = field(default_factory=Counter)
    _tiers: list[list[Parent]] = field(default_factory=list, repr=False)

    def run(self, send: Callable[[Phase], None]) -> Hierarchy:
        """The hierarchy. `send` sends what a round still needs, and returns when each request has ended.

        Raises HierarchyUnfinished if it did not, and whatever it raises; what was answered is kept.
        """
        for phase in self.phases():
            send(phase)
        return self.hierarchy()

    def phases(self) -> Iterator[Phase]:
        """Round after round; each has to be sent before the next is drawn."""
        found = self.candidates
        below = Below(found.ids, found.texts, found.vectors)
        for level in range(self.shape.level_count - 1, 0, -1):
            tier = Tier(
                below,
                self.shape.ratio(len(below.ids), level),
                level,
                self.shape.neighbourhood,
                self.shape.seed,
                self.salt,
                self.embed,
                self._phase,
                self.fallbacks,
            )
            made = yield from tier.rounds()
            made.sort(key=lambda parent: parent.node_id)
            self._tiers.append(made)
            names = [parent.name for parent in made]
            below = Below([parent.node_id for parent in made], names, self.embed(names))

    def hierarchy(self) -> Hierarchy:
        """What was built, once all rounds are through. Raises HierarchyBroken."""
        maker = Maker(self.engine.value, self.model, build_version())
        return hierarchy_of(self.candidates, self.onet_version, maker, self._tiers)

    def _phase(self, prompt: str, level: int, asks: Sequence[Ask]) -> Phase:
        return Phase(prompt, level, asks, frame_of(prompt, self.model, self.cache_ttl), self.store)


def expected_requests(count: int, shape: HierarchyShape) -> Counter[str]:
    """About how many requests of each kind a building takes, before anything is known."""
    expected: Counter[str] = Counter()
    for levels_left in range(shape.level_count - 1, 0, -1):
        above = ceil(count * shape.ratio(count, levels_left))
        expected[PROPOSE] += ceil(count / shape.neighbourhood)
        expected[MERGE] += ceil(above / MERGED_AT_ONCE)
        expected[ASSIGN] += count
        expected[RENAME] += above
        count = above
    return expected
