"""A model's reply read as the form that it was asked for: each facet by its own reply.py.

What becomes of a reply that cannot be read is decided elsewhere.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Any, Protocol, cast

from pydantic import BaseModel, ValidationError


class FormError(Exception):
    """A reply that is not the form asked for; names the field and the rule, never a value."""


class FacetReply(Protocol):
    """What a reply.py declares."""

    def values(self) -> dict[str, Any]:
        """Columns of lake/facet_summaries."""
        ...


@cache
def reply_model(facet: str) -> type[BaseModel]:
    """The pydantic model of a facet's fields."""
    return cast(type[BaseModel], import_module(f"economic_index.facets.{facet}.reply").Reply)


def read_reply(facet: str, fields: Mapping[str, Any]) -> BaseModel:
    """One facet's part of the form. Raises FormError."""
    broken: list[str] = []
    try:
        return reply_model(facet).model_validate(fields)
    except ValidationError as error:
        broken = sorted({f"{'.'.join(map(str, each['loc'][:1]))} ({each['type']})" for each in error.errors()})
    raise FormError(f"{facet}: {', '.join(broken)}")  # outside: the validation error would show the value


def read_form(facets: Sequence[str], fields: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that a whole form gives. Raises FormError."""
    columns: dict[str, Any] = {}
    for facet in facets:
        reply = cast(FacetReply, read_reply(facet, fields))
        try:
            columns |= reply.values()
        except (KeyError, ValueError):
            columns = {}
            break
    else:
        return columns
    raise FormError(f"{facet}: a value that is no label")
