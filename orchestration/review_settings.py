"""Settings of review by people: whether it happens at all, how many conversations, and how they are drawn.

Given the environment as a mapping: settings.py alone reads it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from economic_index.contracts.review_items import REVIEWED
from economic_index.review.draws import DrawPlan
from economic_index.vocabulary import Facet, ReviewDesign


class ReviewSettingsError(Exception):
    """A setting of review that cannot be used; the message names it and the remedy."""


@dataclass(frozen=True)
class ReviewSettings:
    """What review needs to know where it is switched on."""

    reviewers: int = 2
    """Readings of each conversation, before a third one settles what they disagree on."""
    plan: DrawPlan = field(default_factory=DrawPlan)
    """What the weekly draw takes."""


def load_review_settings(env: Mapping[str, str]) -> ReviewSettings | None:
    """The settings out of an environment; None unless it is switched on. Raises ReviewSettingsError."""
    switch = env.get("OEI_REVIEW") or "off"
    if switch not in {"on", "off"}:
        raise ReviewSettingsError(f"OEI_REVIEW={switch}: neither on nor off.")
    if switch == "off":
        return None
    plan = DrawPlan(
        design=ReviewDesign(_one_of(env, "OEI_REVIEW_DESIGN", ReviewDesign.STRATIFIED, tuple(ReviewDesign))),
        facet=Facet(_one_of(env, "OEI_REVIEW_FACET", Facet.COLLABORATION, REVIEWED)),
        wanted=_whole(env, "OEI_REVIEW_SAMPLE", DrawPlan().wanted, 10_000),
    )
    return ReviewSettings(_whole(env, "OEI_REVIEW_REVIEWERS", 2, 9), plan)


def _one_of(env: Mapping[str, str], name: str, default: str, known: tuple[str, ...]) -> str:
    value = env.get(name) or default
    if value not in known:
        raise ReviewSettingsError(f"{name}={value}: not one of {', '.join(known)}.")
    return value


def _whole(env: Mapping[str, str], name: str, default: int, most: int) -> int:
    value = env.get(name) or str(default)
    if not value.isdecimal() or not 1 <= int(value) <= most:
        raise ReviewSettingsError(f"{name}={value}: not a whole number from 1 to {most:,}.")
    return int(value)
