"""What kind of thing the person wants of the assistant (Chatterji et al. 2025).

What is asked stands in prompt.md; here it is read what was said.
"""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator

from economic_index.facets.reading import folded
from economic_index.vocabulary import Intent


class Reply(BaseModel):
    """One of three."""

    intent: Annotated[Intent, BeforeValidator(folded)]

    def values(self) -> dict[str, Any]:
        """The columns of lake/facet_summaries."""
        return {"intent": self.intent.value}
