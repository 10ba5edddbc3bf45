"""O*NET, SOC and BLS: the shipped facts, and the statements that are fetched.

No usage is counted here: figures are dbt's.
"""
