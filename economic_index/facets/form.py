"""A model's reply read as the form that it was asked for: each facet by its own reply.py.

What becomes of a reply that cannot be read is decided elsewhere.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Annotated, Any, cast

from pydantic import BaseModel, ValidationError, create_model

from economic_index.vocabulary import Facet


class FormError(Exception):
    """A reply that is not the form asked for; names the field and the rule, never a value."""


_COLUMNS = {
    Facet.REQUEST: ("request", "task_evidence"),
    Facet.HUMAN_ONLY_TIME: ("human_only_time_hours",),
    Facet.HUMAN_WITH_AI_TIME: ("human_with_ai_time_minutes",),
}


@cache
def columns_of(facet: str) -> tuple[str, ...]:
    """The columns of lake/facet_summaries that a facet's reply fills."""
    return _COLUMNS.get(Facet(facet), (facet,))


@cache
def reply_model(facet: str) -> type[BaseModel]:
    """The pydantic model of a facet's fields."""
    return cast(type[BaseModel], import_module(f"economic_index.facets.{facet}.reply").Reply)


def read_reply(facet: str, fields: Mapping[str, Any]) -> BaseModel:
    """One facet's part of the form. Raises FormError."""
    return _validated(facet, reply_model(facet), fields)


def _validated(name: str, model: type[BaseModel], fields: Mapping[str, Any]) -> BaseModel:
    broken: list[str] = []
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        broken = sorted({f"{'.'.join(map(str, each['loc'][:1]))} ({each['type']})" for each in error.errors()})
    raise FormError(
        f"{name if len(name) < 30 else 'form'}: {', '.join(broken)}"
    )  # outside: the validation error would show the value


@cache
def _form_model(facets: tuple[str, ...]) -> type[BaseModel]:
    """The fields of several facets as one model, so that a form is validated at once."""
    fields = {
        name: (each.annotation if not each.metadata else Annotated[each.annotation, *each.metadata], ...)
        for facet in facets
        for name, each in reply_model(facet).model_fields.items()
    }
    return cast(type[BaseModel], create_model("Form", **fields))  # type: ignore[call-overload]


def read_form(facets: Sequence[str], fields: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that a whole form gives. Raises FormError."""
    form = _validated("form", _form_model(tuple(facets)), fields)
    columns: dict[str, Any] = {}
    for facet in facets:
        values = cast(Callable[[BaseModel], dict[str, Any]], reply_model(facet).values)  # type: ignore[attr-defined]
        try:
            columns |= values(form)
        except (KeyError, ValueError):
            break
    else:
        return columns
    raise FormError(f"{facet}: a value that is no label")
