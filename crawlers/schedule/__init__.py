"""Visits sources when they are due: the cadence, the agenda in the store, the process, the report of the day."""
