"""What exists: one module per artefact, its grain and its inputs; bodies call the library.

No environment, no paths, no wall clock, and no arithmetic that is published: that is dbt's.
"""
