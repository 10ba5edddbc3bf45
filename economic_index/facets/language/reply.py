"""The language that the person writes in.

What is asked stands in prompt.md; here it is read what was said.
"""

from typing import Annotated, Any

from pydantic import BaseModel, StringConstraints


class Reply(BaseModel):
    """A BCP-47 tag."""

    language: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]

    def values(self) -> dict[str, Any]:
        """The columns of lake/facet_summaries; the language itself in lower case, what follows as it was said."""
        tag, *rest = self.language.split("-")
        return {"language": "-".join([tag.lower(), *rest])}
