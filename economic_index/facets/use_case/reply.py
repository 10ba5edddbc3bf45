"""What the person's aim belongs to: work, coursework or private life (AEI, January 2026).

What is asked stands in prompt.md; here it is read what was said.
"""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator

from economic_index.facets.reading import folded
from economic_index.vocabulary import UseCase


class Reply(BaseModel):
    """One of three."""

    use_case: Annotated[UseCase, BeforeValidator(folded)]

    def values(self) -> dict[str, Any]:
        """The columns of lake/facet_summaries."""
        return {"use_case": self.use_case.value}
