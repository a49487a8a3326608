"""What is missing, set wrongly, stale or at odds with itself, and how to mend it. Nothing is changed by
looking."""
