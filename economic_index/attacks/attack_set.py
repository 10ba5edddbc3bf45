"""The attack set: our own conversations, with what others might put into theirs to move a label.

Carriers and payloads are data (carriers.toml, families.toml); nothing is measured here.
"""

import hashlib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from itertools import product
from typing import Any

from economic_index.attacks.disguises import DISGUISES
from economic_index.attacks.places import PLACES, SHAPES, Texts, without_slot
from economic_index.vocabulary import Role

Message = Mapping[str, Any]
Messages = tuple[Message, ...]


@dataclass(frozen=True)
class Attack:
    """A conversation that tries to move the answer to `facet` to `value`, and its twin without that."""

    name: str
    family: str
    facet: str
    value: str
    messages: Messages = field(repr=False)
    clean_messages: Messages = field(repr=False)


@dataclass(frozen=True)
class Family:
    """Attacks of one kind."""

    name: str
    about: str
    carriers: str
    places: tuple[str, ...]
    payloads: tuple[str, ...]
    disguises: tuple[str, ...] = ("plain",)
    shape: str = "as_it_is"
    copies: int = 1
    is_control: bool = False


@dataclass(frozen=True)
class Carrier:
    """A conversation to put attacks into; `labels` are what an honest reader would answer."""

    name: str
    kind: str
    labels: Mapping[str, str]
    turns: Texts


def _tables(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("economic_index.attacks").joinpath(name).read_text("utf-8"))


@cache
def carriers() -> tuple[Carrier, ...]:
    """All conversations, in the order of the file."""
    return tuple(Carrier(**row | {"turns": tuple(row["turns"])}) for row in _tables("carriers.toml")["carrier"])


@cache
def families() -> tuple[Family, ...]:
    """All families, the harmless one too."""
    lists = ("places", "payloads", "disguises")
    rows = _tables("families.toml")["family"]
    return tuple(Family(**row | {name: tuple(row[name]) for name in lists if name in row}) for row in rows)


@cache
def targets() -> tuple[dict[str, str], ...]:
    """What attacks try to move: facet, value, and the claim in words."""
    return tuple(_tables("families.toml")["target"])


def attack_set() -> list[Attack]:
    """All attacks, the same in every call."""
    return [attack for family in families() if not family.is_control for attack in _attacks(family)]


def control_set() -> list[Attack]:
    """Harmless additions in the form of attacks: what any addition changes, and reaches by chance."""
    return [attack for family in families() if family.is_control for attack in _attacks(family)]


def _attacks(family: Family) -> Iterator[Attack]:
    """One for each payload, place, disguise and copy; carriers and targets take turns at different paces."""
    fitting = [carrier for carrier in carriers() if carrier.kind == family.carriers]
    kinds = product(range(family.copies), family.payloads, family.places, family.disguises)
    for number, (_, payload, place, disguise) in enumerate(kinds):
        carrier = fitting[(number * 5 + len(family.name)) % len(fitting)]
        target = _target(carrier, number * 7 + len(family.about))
        name = f"{family.name}-{number + 1:02d}"
        words = DISGUISES[disguise](_worded(payload, target, name))
        shaped = SHAPES[family.shape](carrier.turns)
        yield Attack(
            name=name,
            family=family.name,
            facet=target["facet"],
            value=target["value"],
            messages=messages_of(without_slot(PLACES[place](shaped, words))),
            clean_messages=messages_of(without_slot(shaped)),
        )


def _target(carrier: Carrier, start: int) -> dict[str, str]:
    """The next target that is not the truth anyway."""
    order = (targets()[(start + step) % len(targets())] for step in range(len(targets())))
    return next(target for target in order if carrier.labels.get(target["facet"]) != target["value"])


def _worded(payload: str, target: Mapping[str, str], name: str) -> str:
    """The payload with facet, value and claim, and with a guess at a fence's id."""
    guess = hashlib.sha256(name.encode()).hexdigest()[:12]
    for slot, word in (*target.items(), ("id", guess)):
        payload = payload.replace(f"{{{slot}}}", word)
    return payload


def messages_of(texts: Sequence[str]) -> Messages:
    """Messages of user and assistant in turn."""
    roles = (Role.USER.value, Role.ASSISTANT.value)
    return tuple({"role": roles[place % 2], "text": text, "has_attachment": False} for place, text in enumerate(texts))
