"""The systems in which a raw id names somebody: the namespaces of the formats, and of the tables that sources map.

No id is made here: identify.py makes them.
"""

from collections.abc import Iterable

from economic_index.conversations.readers.registry import READERS
from economic_index.conversations.sources import Source

SYSTEMS = tuple(sorted({reader.system for reader in READERS}))


def systems_of(sources: Iterable[Source]) -> tuple[str, ...]:
    """The systems of all formats, and of these sources' tables."""
    return tuple(sorted({*SYSTEMS, *table_systems(sources)}))


def table_systems(sources: Iterable[Source]) -> set[str]:
    """The systems of the tables that these sources map."""
    return {source.mapping.system_for(source.name) for source in sources if source.mapping is not None}
