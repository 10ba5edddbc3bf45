"""The one kind of work to which an entry was put, by number.

What the number meant is not known here.
"""

from pydantic import BaseModel, Field

from economic_index.facets.form import FormError


class Reply(BaseModel):
    """Evidence, then a choice that could not be declined."""

    evidence: str
    option: int = Field(ge=1, le=40)

    def is_repaired(self, option_count: int) -> bool:
        """Never. Raises FormError for a number beyond the list."""
        if self.option > option_count:
            raise FormError("option: a number that is not on the list")
        return False
