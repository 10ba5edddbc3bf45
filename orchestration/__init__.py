"""Wiring: settings, resources, definitions, schedules, sensors, and the driver behind the Make targets."""
