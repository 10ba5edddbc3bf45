"""Open Economic Index: the measurement of which work is done with AI, free of Dagster and dbt.

Nothing here schedules, reads the environment or looks at the clock: orchestration hands those in.
"""
