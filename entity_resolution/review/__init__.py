"""The review app: pages on which people decide the pairs that rules and model leave open."""
