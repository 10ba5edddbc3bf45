"""The kinds of work proposed for one neighbourhood.

How many of them are wanted is not known here.
"""

from pydantic import BaseModel, Field

from economic_index.facets.naming import Name, same_name


class Proposed(BaseModel):
    """One kind of work."""

    name: Name


class Reply(BaseModel):
    """Evidence, then at least one kind of work."""

    evidence: str
    parents: list[Proposed] = Field(min_length=1)

    def names(self) -> list[str]:
        """The names in their order; of one that occurs twice, the first."""
        names: dict[str, str] = {}
        for parent in self.parents:
            names.setdefault(same_name(parent.name), parent.name)
        return list(names.values())

    def is_repaired(self, option_count: int) -> bool:
        """Whether a name was named twice."""
        return len(self.names()) < len(self.parents)
