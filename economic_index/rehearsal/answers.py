"""What the rehearsal answers: the planted truth under the request's own schema, with errors at the stated rate.

What is true is truth.py's; how a message travels, and what breaks it, is not known here.
"""

from collections.abc import Mapping
from typing import Any

from economic_index.local.bank import load_bank
from economic_index.rehearsal.asked import Asked
from economic_index.rehearsal.choices import Option, fence_id, fenced, numbered_lines, ranked
from economic_index.rehearsal.draws import another, one_of, uniform
from economic_index.rehearsal.schema_values import Maker
from economic_index.rehearsal.settings import Behaviour
from economic_index.rehearsal.truth import PLANTED, Truth, truth_of

EVIDENCE = "Planted for a rehearsal: no word of the conversation was read."
SECOND_PICK_SHARE = 0.2
NONE_OPTIONS = ("0", "none")


def answer(asked: Asked, behaviour: Behaviour) -> dict[str, Any]:
    """The object that answers a request; a request without a schema is answered under an empty one."""
    schema = asked.prefix.schema or {}
    properties: Mapping[str, Any] = schema.get("properties") or {}
    if "picks" in properties:
        return _task_choice(asked, properties, behaviour)
    if (conversation := fence_id(asked.text, "transcript")) is not None:
        return _facets(asked, properties, truth_of(behaviour.seed, conversation), behaviour)
    if "enum" in (properties.get("option") or {}):
        return _step(asked, schema, behaviour)
    made = Maker(schema, numbered_lines(asked.text), asked.identity).value(schema, "")
    return made if isinstance(made, dict) else {"value": made}


def _errs(asked: Asked, field: str, behaviour: Behaviour) -> bool:
    rate = behaviour.error_rate
    return rate > 0 and uniform(behaviour.seed, asked.identity, field, "errs") < rate


def _facets(asked: Asked, properties: Mapping[str, Any], truth: Truth, behaviour: Behaviour) -> dict[str, Any]:
    maker = Maker(asked.prefix.schema or {}, (), asked.identity)
    given: dict[str, Any] = {}
    for field, node in properties.items():
        if field in behaviour.labels:
            given[field] = behaviour.labels[field]
            continue
        errs = _errs(asked, field, behaviour)
        value = _facet(field, node, truth, errs, asked.identity)
        given[field] = maker.value(node, field) if value is None else value
    return given


def _facet(field: str, node: Mapping[str, Any], truth: Truth, errs: bool, identity: str) -> Any:
    """The planted value of one field, or another if it errs; None where nothing is planted for such a field."""
    if field == "request":
        return one_of(load_bank(), identity, field).label if errs else truth.label
    if field.endswith("evidence"):
        return EVIDENCE
    if node.get("enum"):
        right = truth.of(field, node["enum"])
        return another(node["enum"], right, identity, field) if errs else right
    if node.get("type") == "array" and (options := (node.get("items") or {}).get("enum")):
        members = truth.members(field, options)
        return [another(options, members[0], identity, field)] if errs else members
    if field in truth.values:
        right = truth.values[field]
        return another(list(PLANTED[field]), right, identity, field) if errs else right
    return None


def _task_choice(asked: Asked, properties: Mapping[str, Any], behaviour: Behaviour) -> dict[str, Any]:
    """Picks among numbered options: the one that the fenced request is about, at times a second one."""
    request, rest = fenced(asked.text, "request") or (asked.text, asked.text)
    known = _offered(numbered_lines(rest) or numbered_lines(asked.prefix.system_text), _pick_numbers(properties))
    best = [option for _, option in ranked(known, request)]
    if known and _errs(asked, "picks", behaviour):
        wrong = [option for option in known if option not in best[:1]]
        best = [one_of(wrong or known, asked.identity, "picks")]
    has_second = uniform(asked.identity, "second") < SECOND_PICK_SHARE
    weighted = zip(best[: 1 + has_second], ("3", "1"), strict=False)
    picks = [{"option": option.number, "weight": weight} for option, weight in weighted]
    return {name: EVIDENCE if name != "picks" else picks for name in properties}


def _pick_numbers(properties: Mapping[str, Any]) -> set[str]:
    pick = (properties["picks"].get("items") or {}).get("properties") or {}
    return {str(number) for number in (pick.get("option") or {}).get("enum", ())}


def _offered(options: tuple[Option, ...], numbers: set[str]) -> list[Option]:
    return [option for option in options if option.number in numbers or not numbers]


def _step(asked: Asked, schema: Mapping[str, Any], behaviour: Behaviour) -> dict[str, Any]:
    """One step down a hierarchy: the numbered option that shares most words, none where that can be said."""
    numbers = [str(number) for number in schema["properties"]["option"]["enum"]]
    request, rest = fenced(asked.text, "request") or (asked.text, asked.text)
    known = _offered(numbered_lines(asked.prefix.system_text) or numbered_lines(rest), set(numbers))
    best = next((option.number for _, option in ranked(known, request)), None)
    if best is None:
        best = next((number for number in NONE_OPTIONS if number in numbers), None)
    if best is None or (known and _errs(asked, "option", behaviour)):
        choices = [option.number for option in known] or numbers
        best = another(choices, best, asked.identity, "option")
    maker = Maker(schema, known, asked.identity)
    return {
        name: best if name == "option" else EVIDENCE if name.endswith("evidence") else maker.value(node, name)
        for name, node in schema["properties"].items()
    }
