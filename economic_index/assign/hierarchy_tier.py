"""One tier of the hierarchy: kinds of work are proposed, merged, filled and named (Handa et al. 2025, appendix).

Each round yields its requests and goes on once they were sent; what failed is made good by nearness, and counted.
"""

import hashlib
import random
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from economic_index.assign.hierarchy import MOST_OPTIONS, Parent
from economic_index.assign.hierarchy_phase import Ask, Phase
from economic_index.assign.hierarchy_prompts import (
    ASSIGN,
    MERGE,
    MERGED_AT_ONCE,
    OFFERED_PARENTS,
    PROPOSE,
    RENAME,
    closing_of,
    numbered,
)
from economic_index.assign.neighbourhoods import Vectors, central, nearest, neighbourhoods
from economic_index.facets.hierarchy_assign.reply import Reply as Assigned
from economic_index.facets.hierarchy_merge.reply import Reply as Merged
from economic_index.facets.hierarchy_propose.reply import Reply as Proposed
from economic_index.facets.hierarchy_rename.reply import Reply as Renamed
from economic_index.facets.naming import same_name
from economic_index.llm.transcript import fence_text

T = TypeVar("T")
Rounds = Generator[Phase, None, T]
LEAST, MOST = 0.5, 1.5
"""Of the number of kinds of work that the next level should have, so many at least and at most are asked for."""
MERGING_ROUNDS = 3


@dataclass(frozen=True)
class Below:
    """What the tier stands on: ids, words and vectors of the level below."""

    ids: Sequence[str]
    texts: Sequence[str] = field(repr=False)
    vectors: Vectors = field(repr=False)


@dataclass
class Tier:
    """Makes one level; `ratio` is its wanted size over that of the level below."""

    below: Below
    ratio: float
    level: int
    neighbourhood: int
    seed: int
    salt: bytes = field(repr=False)
    embed: Callable[[Sequence[str]], Vectors]
    phase: Callable[[str, int, Sequence[Ask]], Phase]
    fallbacks: Counter[str]

    def rounds(self) -> Rounds[list[Parent]]:
        """All four rounds; returns the level."""
        proposed = yield from self._proposed()
        names = yield from self._merged(proposed)
        groups = yield from self._filled(names)
        return (yield from self._named(groups))

    def _asked(self, prompt: str, asks: Sequence[Ask], kind: type[T]) -> Rounds[list[T | None]]:
        phase = self.phase(prompt, self.level, asks)
        yield phase
        replies = phase.replies()
        self.fallbacks[prompt] += replies.count(None)
        return [reply if isinstance(reply, kind) else None for reply in replies]

    # propose

    def _proposed(self) -> Rounds[list[str]]:
        """Names from every neighbourhood, equal ones once."""
        groups = neighbourhoods(self.below.vectors, self.neighbourhood, 2 * self.neighbourhood, self.seed)
        texts = self.below.texts
        asks = [self._proposal([texts[place] for place in group]) for group in groups]
        replies = yield from self._asked(PROPOSE, asks, Proposed)
        names: dict[str, str] = {}
        for group, reply in zip(groups, replies, strict=True):
            wanted = max(1, round(self.ratio * len(group)))
            instead = [texts[place] for place in central(self.below.vectors, group, wanted)]
            found = reply.names()[: _limits(self.ratio * len(group))[1]] if reply else instead
            for name in found:
                names.setdefault(same_name(name), name)
        return list(names.values())

    def _proposal(self, texts: Sequence[str]) -> Ask:
        target = self.ratio * len(texts)
        low, high = _limits(target)
        wanted = f"Wanted: {low} to {high} kinds of work for these entries, best about {max(1, round(target))}."
        return Ask("\n".join([wanted, "Entries:", numbered(texts), closing_of(PROPOSE)]))

    # merge

    def _merged(self, names: list[str]) -> Rounds[list[str]]:
        """The names without those that say the same as another one; again, while there are too many."""
        target = self.ratio * len(self.below.ids)
        for _ in range(MERGING_ROUNDS):
            before = len(names)
            names = yield from self._merged_once(names, target)
            if len(names) <= _limits(target)[1] or len(names) == before:
                break
        return names

    def _merged_once(self, names: list[str], target: float) -> Rounds[list[str]]:
        groups = neighbourhoods(self.embed(names), MERGED_AT_ONCE * 3 // 4, MERGED_AT_ONCE, self.seed)
        share = target / len(names)
        several = [group for group in groups if len(group) > 1]
        asks = [self._merge([names[place] for place in group], share * len(group)) for group in several]
        replies = yield from self._asked(MERGE, asks, Merged)
        gone = set()
        for group, reply in zip(several, replies, strict=True):
            pairs = reply.pairs() if reply else []
            gone |= {group[number - 1] for number in _gone(pairs, len(group), _limits(share * len(group))[0])}
        return [name for place, name in enumerate(names) if place not in gone]

    def _merge(self, names: Sequence[str], target: float) -> Ask:
        remain = f"About {min(len(names), max(1, round(target)))} of these {len(names)} should remain."
        text = "\n".join([remain, "Proposals:", numbered(names), closing_of(MERGE)])
        return Ask(text, tuple(str(place) for place in range(len(names))))

    # assign

    def _filled(self, names: list[str]) -> Rounds[list[tuple[str, list[int]]]]:
        """Each name with the places of what was put under it; names under which nothing came are gone."""
        offered = nearest(self.below.vectors, self.embed(names), OFFERED_PARENTS)
        asks = [
            self._assignment(text, [int(place) for place in places], names)
            for text, places in zip(self.below.texts, offered, strict=True)
        ]
        replies = yield from self._asked(ASSIGN, asks, Assigned)
        groups: dict[int, list[int]] = {}
        for place, (ask, reply, near) in enumerate(zip(asks, replies, offered, strict=True)):
            chosen = int(ask.options[reply.option - 1]) if reply else int(near[0])
            groups.setdefault(chosen, []).append(place)
        return [(names[name], part) for name, group in sorted(groups.items()) for part in self._parts(group)]

    def _assignment(self, text: str, places: list[int], names: Sequence[str]) -> Ask:
        random.Random(hashlib.sha256(text.encode()).digest()).shuffle(places)
        lines = numbered([names[place] for place in places])
        user = "\n".join([fence_text(text, self.salt, "request"), "Kinds of work:", lines, closing_of(ASSIGN)])
        return Ask(user, tuple(map(str, places)))

    def _parts(self, group: list[int]) -> list[list[int]]:
        """A group that is too large to be shown at once is divided by nearness; each part gets its own name."""
        if len(group) <= MOST_OPTIONS:
            return [group]
        parts = neighbourhoods(self.below.vectors[group], MOST_OPTIONS // 2, MOST_OPTIONS, self.seed)
        return [[group[place] for place in part] for part in parts]

    # rename

    def _named(self, groups: Sequence[tuple[str, list[int]]]) -> Rounds[list[Parent]]:
        """The groups as kinds of work, named for what is in them."""
        texts, ids = self.below.texts, self.below.ids
        asks = []
        for planned, group in groups:
            lines = numbered([texts[place] for place in group])
            asks.append(Ask("\n".join([f"Planned name: {planned}", "Under it:", lines, closing_of(RENAME)])))
        replies = yield from self._asked(RENAME, asks, Renamed)
        parents = [
            Parent(reply.name if reply else planned, tuple(ids[place] for place in group))
            for (planned, group), reply in zip(groups, replies, strict=True)
        ]
        return unified(parents)


def _limits(target: float) -> tuple[int, int]:
    """Fewest and most kinds of work around a target, which need not be whole."""
    low = max(1, round(LEAST * target))
    return low, max(low, round(MOST * target))


def _gone(pairs: Sequence[tuple[int, int]], count: int, least: int) -> set[int]:
    """The numbers that go, as long as more than `least` of `count` remain; of a circle one stays."""
    stays = {number: number for number in range(1, count + 1)}

    def root(number: int) -> int:
        while stays[number] != number:
            number = stays[number]
        return number

    gone: set[int] = set()
    for goes, instead in pairs:
        if count - len(gone) > least and root(instead) != root(goes) == goes:
            stays[goes] = root(instead)
            gone.add(goes)
    return gone


def unified(parents: Sequence[Parent]) -> list[Parent]:
    """Kinds of work that got the same name as one; where that would be too large, with a number behind the name."""
    found: dict[str, list[Parent]] = {}
    for parent in parents:
        same = found.setdefault(same_name(parent.name), [])
        for place, known in enumerate(same):
            if len(known.children) + len(parent.children) <= MOST_OPTIONS:
                same[place] = Parent(known.name, (*known.children, *parent.children))
                break
        else:
            same.append(parent)
    return [
        Parent(parent.name if number == 1 else f"{same[0].name} ({number})", parent.children)
        for same in found.values()
        for number, parent in enumerate(same, start=1)
    ]


__all__ = ["Below", "Rounds", "Tier", "unified"]
