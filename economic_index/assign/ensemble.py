"""The ensemble of algorithms for one conversation: what at least two of them agree on, as deep as they do.

A pure function of picks and links; how picks were found, and rows of a week, stand elsewhere.
"""

from collections.abc import Mapping
from math import fsum

from economic_index.assign.links import DEEPEST_FIRST, NO_TASK, UNKNOWN, Links, Spot, heaviest
from economic_index.vocabulary import Algorithm, Level

AGREE = 2
MOST_ROWS = 3
Weights = Mapping[Spot, float]


def ensemble(picks: Mapping[Algorithm, Weights], links: Links) -> dict[Spot, float]:
    """Spots and weights that sum to 1, heaviest first; `picks` are of the algorithms that answered, each summing to 1.

    Weights are averaged over the algorithms. A pick stays if at least two agree on one of its intermediate activities
    (IWA), or that there is no task; else its weight goes to the deepest node that it shares with another algorithm's
    (task, DWA, IWA, SOC group), and is unclassified if there is none. Of more than three spots the heaviest three stay,
    and share the weight of the others. An algorithm alone agrees with nobody.
    """
    averaged = _averaged(picks)
    supported = {level: _supported(picks, averaged, links, level) for level in DEEPEST_FIRST}
    is_no_task = sum(weights.get(NO_TASK, 0) > 0 for weights in picks.values()) >= AGREE
    placed: dict[Spot, list[float]] = {}
    for spot, weight in averaged.items():
        goes_to = spot if spot == NO_TASK and is_no_task else _place(spot, supported, links)
        placed.setdefault(goes_to, []).append(weight)
    return _heaviest_rows({spot: fsum(weights) for spot, weights in placed.items()})


def _averaged(picks: Mapping[Algorithm, Weights]) -> dict[Spot, float]:
    """Mean weight of each spot, in a fixed order; without any answer everything is unknown."""
    spots = sorted({spot for weights in picks.values() for spot, weight in weights.items() if weight > 0})
    averaged = {spot: fsum(weights.get(spot, 0.0) for weights in picks.values()) / len(picks) for spot in spots}
    return averaged or {UNKNOWN: 1.0}


def _supported(picks: Mapping[Algorithm, Weights], averaged: Weights, links: Links, level: Level) -> dict[str, float]:
    """The nodes of a level that at least two algorithms have picks under, with their averaged weight."""
    by_algorithm = [
        {node for spot, weight in weights.items() if weight > 0 for node in links.nodes(spot, level)}
        for weights in picks.values()
    ]
    weights: dict[str, list[float]] = {}
    for spot, weight in averaged.items():
        for node, share in links.nodes(spot, level).items():
            weights.setdefault(node, []).append(weight * share)
    return {node: fsum(of) for node, of in weights.items() if sum(node in nodes for nodes in by_algorithm) >= AGREE}


def _place(spot: Spot, supported: Mapping[Level, Mapping[str, float]], links: Links) -> Spot:
    if links.nodes(spot, Level.IWA).keys() & supported[Level.IWA].keys():
        return spot
    for level in DEEPEST_FIRST:
        shared = links.nodes(spot, level).keys() & supported[level].keys()
        if level is Level.TASK and shared:
            return spot
        node = heaviest({name: supported[level][name] for name in shared})
        if node is not None:
            return Spot(level, node)
    return UNKNOWN


def _heaviest_rows(weights: Weights) -> dict[Spot, float]:
    kept = sorted(weights.items(), key=lambda item: (-round(item[1], 9), item[0]))[:MOST_ROWS]
    total = fsum(weight for _, weight in kept)
    return {spot: weight / total for spot, weight in kept}
