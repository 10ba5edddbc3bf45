"""One schema per table that Python writes; every other form of it is projected from here.

Tables that dbt writes are declared beside their models, replies of models in facets/.
"""

from economic_index.contracts.columns import Table
from economic_index.contracts.drift import DRIFT_TABLES
from economic_index.contracts.hierarchy import HIERARCHY_TABLES
from economic_index.contracts.lake import LAKE_TABLES
from economic_index.contracts.reference import REFERENCE_TABLES
from economic_index.contracts.reviews import REVIEW_TABLES
from economic_index.contracts.validation import BrokenContract, as_arrow, batches_of, broken_rules, checked, validated

TABLES: tuple[Table, ...] = (*LAKE_TABLES, *REFERENCE_TABLES, *HIERARCHY_TABLES, *REVIEW_TABLES, *DRIFT_TABLES)

__all__ = ["TABLES", "BrokenContract", "Table", "as_arrow", "batches_of", "broken_rules", "checked", "validated"]
