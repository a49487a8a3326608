"""Tests of the workers that share a queue."""
