"""Visits sources and hands what they say to the pipelines. Nobody imports this room."""
