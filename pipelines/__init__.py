"""The bottom room: what a record is, how it is checked and cleaned, and where facts are kept."""
