"""Whether the text speaks to whoever classifies it: our addition, a column and not a filter.

What is asked stands in prompt.md; here it is read what was said.
"""

from typing import Any

from pydantic import BaseModel

from economic_index.facets.reading import YesNo


class Reply(BaseModel):
    """Yes or no."""

    addresses_classifier: YesNo

    def values(self) -> dict[str, Any]:
        """The columns of lake/facet_summaries."""
        return {"addresses_classifier": self.addresses_classifier}
