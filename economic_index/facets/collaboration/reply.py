"""How person and assistant work together (Handa et al. 2025, section 2.4).

What is asked stands in prompt.md; here it is read what was said.
"""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator

from economic_index.facets.reading import folded
from economic_index.vocabulary import Collaboration


class Reply(BaseModel):
    """The pattern, after its evidence; the evidence stays in the answer store."""

    collaboration_evidence: str
    collaboration: Annotated[Collaboration, BeforeValidator(folded)]

    def values(self) -> dict[str, Any]:
        """The columns of lake/facet_summaries."""
        return {"collaboration": self.collaboration.value}
