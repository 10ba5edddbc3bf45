"""What the rehearsal answers: the planted truth under the request's own schema, with errors at the stated rate.

What is true is truth.py's; how a message travels, and what breaks it, is not known here.
"""

from collections.abc import Mapping
from itertools import repeat
from typing import Any

from economic_index.local.bank import load_bank
from economic_index.rehearsal.asked import Asked
from economic_index.rehearsal.branches import branch_value, errs, offered, request_in
from economic_index.rehearsal.choices import fence_id, ranked
from economic_index.rehearsal.draws import another, one_of, uniform, uniforms
from economic_index.rehearsal.fields import Field, Kind
from economic_index.rehearsal.known_branches import KnownBranches
from economic_index.rehearsal.schema_values import Maker
from economic_index.rehearsal.settings import Behaviour
from economic_index.rehearsal.truth import PLANTED, Truth, truth_of

EVIDENCE = "Planted for a rehearsal: no word of the conversation was read."
SECOND_PICK_SHARE = 0.2
_NO_DRAWS = repeat(1.0)


def answer(asked: Asked, behaviour: Behaviour, branches: KnownBranches) -> dict[str, Any]:
    """The object that answers a request; a request without a schema is answered under an empty one."""
    properties: Mapping[str, Any] = (asked.prefix.schema or {}).get("properties") or {}
    if "picks" in properties:
        return _task_choice(asked, properties, behaviour)
    if (conversation := fence_id(asked.text, "transcript")) is not None:
        return _facets(asked, truth_of(behaviour.seed, conversation), behaviour)
    return {
        field.name: EVIDENCE if field.kind is Kind.EVIDENCE else branch_value(asked, field, behaviour, branches)
        for field in asked.prefix.fields
    }


def _facets(asked: Asked, truth: Truth, behaviour: Behaviour) -> dict[str, Any]:
    fields = asked.prefix.fields
    draws = uniforms(len(fields), behaviour.seed, asked.identity, "errs") if behaviour.error_rate else _NO_DRAWS
    given = {
        field.name: _facet(field, truth, draw < behaviour.error_rate, asked)
        for field, draw in zip(fields, draws, strict=False)
    }
    if behaviour.labels:
        given |= {name: label for name, label in behaviour.labels.items() if name in given}
    return given


def _facet(field: Field, truth: Truth, errs: bool, asked: Asked) -> Any:
    """The planted value of one field, or another if it errs; any valid one where nothing is planted for it."""
    name, options = field.name, field.options
    if field.kind is Kind.EVIDENCE:
        return EVIDENCE
    if field.kind is Kind.REQUEST:
        return one_of(load_bank(), asked.identity, name).label if errs else truth.label
    if field.kind is Kind.ONE:
        right = truth.of(name, options)
        return another(options, right, asked.identity, name) if errs else right
    if field.kind is Kind.SOME:
        members = truth.members(name, options)
        return [another(options, members[0], asked.identity, name)] if errs else members
    if name in truth.values:
        right = truth.values[name]
        return another(list(PLANTED[name]), right, asked.identity, name) if errs else right
    return Maker(asked.prefix.schema or {}, (), asked.identity).value(field.node, name)


def _task_choice(asked: Asked, properties: Mapping[str, Any], behaviour: Behaviour) -> dict[str, Any]:
    """Picks among numbered options: the one that the fenced request is about, at times a second one."""
    pick = (properties["picks"].get("items") or {}).get("properties") or {}
    known = offered(asked, pick.get("option") or {})
    best = [option for _, option in ranked(known, request_in(asked))]
    if known and errs(asked, "picks", behaviour):
        wrong = [option for option in known if option not in best[:1]]
        best = [one_of(wrong or known, asked.identity, "picks")]
    has_second = uniform(asked.identity, "second") < SECOND_PICK_SHARE
    weighted = zip(best[: 1 + has_second], ("3", "1"), strict=False)
    picks = [{"option": option.number, "weight": weight} for option, weight in weighted]
    return {name: EVIDENCE if name != "picks" else picks for name in properties}
