"""`python -m crawlers.sample_web` is `valuenet serve`."""

from __future__ import annotations

from crawlers.commands import serve_command

if __name__ == "__main__":
    serve_command()
