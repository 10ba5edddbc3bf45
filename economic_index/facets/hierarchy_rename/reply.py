"""The name of a kind of work, chosen in view of all that is in it.

Whether another one bears the same name is not known here.
"""

from pydantic import BaseModel

from economic_index.facets.naming import Name


class Reply(BaseModel):
    """Evidence, then the name."""

    evidence: str
    name: Name

    def is_repaired(self, option_count: int) -> bool:
        """Never: what is no name is refused."""
        return False
