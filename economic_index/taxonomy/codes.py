"""The normalised statement and its hash: how a task is known across files and versions.

Source: design rule 14; Handa et al. 2025 join on the lower-cased, stripped statement.
"""

import hashlib

CODE = "O*NET-SOC Code"


def normalise(statement: str) -> str:
    """Lower-cased and stripped: the form in which releases join statements."""
    return statement.strip().lower()


def statement_hash(statement: str) -> str:
    """First 16 hex characters of SHA-256 of the normalised statement (UTF-8)."""
    return hashlib.sha256(normalise(statement).encode()).hexdigest()[:16]


def soc_group(code: str) -> str:
    """SOC major group: the first two characters of a code (Handa et al. 2025, section 1.6 of the method)."""
    return code[:2]
