"""The explorer: a page on which a reader looks around in the networks of all years."""
