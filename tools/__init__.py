"""What is run from outside: set-up, tests, and the documentation."""
