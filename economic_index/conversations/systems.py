"""The systems in which a raw id names somebody: the namespaces of the formats, and of the tables that sources map.

No id is made here: identify.py makes them.
"""

from collections.abc import Iterable

from economic_index.conversations.readers.registry import READERS
from economic_index.conversations.sources import Source

SYSTEMS = tuple(sorted({reader.system for reader in READERS}))


def systems_of(sources: Iterable[Source]) -> tuple[str, ...]:
    """The systems of all formats, and of these sources' tables."""
    return tuple(sorted({*SYSTEMS, *(system_of_table(source) for source in sources if source.mapping)}))


def system_of_table(source: Source) -> str:
    """The namespace of a mapped source: what its mapping says, else its name."""
    return (source.mapping.system if source.mapping else None) or source.name
