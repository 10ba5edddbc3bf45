"""The code location that Dagster loads: the definitions of the home that the settings name.

Nothing else belongs here; assembly.py makes them.
"""

from orchestration.assembly import build_definitions
from orchestration.settings import load_settings

defs = build_definitions(load_settings())
