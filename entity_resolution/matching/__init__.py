"""Matching names without a store: candidates, features, a calibrated score, links and groups."""
