"""Answers about the tree of work: steps down it, what is said twice in it, and names for its branches.

A planted task is led down the branches that this server named; else words in common decide, and the rest is drawn.
"""

from collections.abc import Mapping
from typing import Any

from economic_index.rehearsal.asked import Asked
from economic_index.rehearsal.choices import (
    Option,
    fenced,
    named_task,
    numbered_lines,
    outside_fences,
    ranked,
    words,
)
from economic_index.rehearsal.draws import another, one_of, uniform
from economic_index.rehearsal.fields import Field
from economic_index.rehearsal.known_branches import KnownBranches
from economic_index.rehearsal.schema_values import Maker
from economic_index.rehearsal.settings import Behaviour

NONE = ("0", "none")
SAME = 0.6
"""Share of all the words of two names that both must have, for one of them to be called a duplicate."""


def branch_value(asked: Asked, field: Field, behaviour: Behaviour, branches: KnownBranches) -> Any:
    """The value of one field of an answer that is about no conversation."""
    if field.name == "option" and field.node.get("enum"):
        return _step(asked, field.node, behaviour, branches)
    if field.name == "duplicates":
        return _duplicates(numbered_lines(outside_fences(asked.text)))
    lines = numbered_lines(outside_fences(asked.text))
    value = Maker(asked.prefix.schema or {}, lines, asked.identity).value(field.node, field.name)
    return branches.named(value, lines) if field.name == "name" and isinstance(value, str) else value


def errs(asked: Asked, field: str, behaviour: Behaviour) -> bool:
    """Whether an answer is wrong in a field."""
    rate = behaviour.error_rate
    return rate > 0 and uniform(behaviour.seed, asked.identity, field, "errs") < rate


def offered(asked: Asked, node: Mapping[str, Any]) -> list[Option]:
    """The numbered lines that a field can name: of the message, outside of its fences, or else of the system prompt."""
    numbers = set(map(str, node.get("enum", ())))
    for text in (outside_fences(asked.text), asked.prefix.system_text):
        known = [option for option in numbered_lines(text) if option.number in numbers or not numbers]
        if known:
            return known
    return []


def request_in(asked: Asked) -> str:
    """What the person wanted: fenced in the message, which else is it as a whole."""
    inner = fenced(asked.text, "request")
    return asked.text if inner is None else inner


def _step(asked: Asked, node: Mapping[str, Any], behaviour: Behaviour, branches: KnownBranches) -> str:
    """The option that leads to the task, else the one that shares most words with the request.

    None where that can be said and no word is shared.
    """
    known, request = offered(asked, node), request_in(asked)
    task = named_task(request)
    leading = branches.leading_to(task, tuple(known)) if task else []
    best = next((option.number for option in leading), None)
    if best is None:
        best = next((option.number for _, option in ranked(known, request)), None)
    if best is None:
        best = next((name for name in NONE if name in node["enum"]), None)
    choices = [option.number for option in known] or list(node["enum"])
    if best is None:
        return one_of(choices, asked.identity, "option")
    return another(choices, best, asked.identity, "option") if known and errs(asked, "option", behaviour) else best


def _duplicates(lines: tuple[Option, ...]) -> list[dict[str, str]]:
    """Each line that says about the same as one before it that stays."""
    kept: list[Option] = []
    found = []
    for line in lines:
        same = next((other for other in kept if _likeness(line.text, other.text) >= SAME), None)
        if same is None:
            kept.append(line)
        else:
            found.append({"option": line.number, "same_as": same.number})
    return found


def _likeness(left: str, right: str) -> float:
    one, other = words(left), words(right)
    return len(one & other) / len(one | other) if one | other else float(left == right)
