"""Which of the proposals on a list say the same as another one.

What the numbers meant is not known here.
"""

from pydantic import BaseModel, Field

from economic_index.facets.form import FormError


class Duplicate(BaseModel):
    """A proposal that goes, and the one that stays in its place."""

    option: int = Field(ge=1, le=40)
    same_as: int = Field(ge=1, le=40)


class Reply(BaseModel):
    """Evidence, then what is said twice; an empty list if nothing is."""

    evidence: str
    duplicates: list[Duplicate]

    def pairs(self) -> list[tuple[int, int]]:
        """Number that goes and number that stays, in their order; of a number that goes twice, the first."""
        found: dict[int, int] = {}
        for each in self.duplicates:
            if each.option != each.same_as:
                found.setdefault(each.option, each.same_as)
        return list(found.items())

    def is_repaired(self, option_count: int) -> bool:
        """Whether a pair was left out. Raises FormError for a number beyond the list."""
        if any(max(each.option, each.same_as) > option_count for each in self.duplicates):
            raise FormError("duplicates: a number that is not on the list")
        return len(self.pairs()) < len(self.duplicates)
