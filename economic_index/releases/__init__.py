"""Published releases of the Anthropic Economic Index: their files, their cells, and the schema that ours share.

No figure is computed here: cells enter the rollups as evidence, and dbt computes.
"""
