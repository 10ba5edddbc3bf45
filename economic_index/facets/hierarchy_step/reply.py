"""One step down the hierarchy: the number of an option, or none of them.

What the number meant is not known here.
"""

from pydantic import BaseModel, Field

from economic_index.facets.form import FormError

NONE = 0


class Reply(BaseModel):
    """Evidence, then the way; 0 is none."""

    evidence: str
    option: int = Field(ge=NONE, le=80)

    def is_repaired(self, option_count: int) -> bool:
        """Never. Raises FormError for a number beyond the list."""
        if self.option > option_count:
            raise FormError("option: a number that is not on the list")
        return False
