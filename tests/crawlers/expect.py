"""Writes anew what reading a source's saved pages gives: `python -m tests.crawlers.expect SOURCE`.

Where a page comes from stays as it is; records, rejections and requests are replaced. What changed is for a person
to read (`git diff`) before it is kept: this makes an expectation of whatever the reader does.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from crawlers.registry import spider_of
from pipelines.errors import UsageError
from tests.crawlers.saved_pages import EXPECTED, PAGES, cases, read, respond

_FOUND = ("records", "rejected", "requests")


def expect(source: str) -> list[str]:
    """Write the expectations of a source; the names of the files that are different now. A page without one needs
    a file with its `url` first."""
    changed = []
    for case in cases(source):
        spider = spider_of(source)(**case.expected.get("arguments", {}))
        found = read(spider, respond(case.expected["url"], case.body, case.expected))
        kept: dict[str, Any] = {key: value for key, value in case.expected.items() if key not in _FOUND}
        new = kept | {key: found[key] for key in _FOUND if found[key]}
        if new != case.expected:
            path = PAGES / source / (case.page.stem + EXPECTED)
            path.write_text(json.dumps(new, ensure_ascii=False, indent=1) + "\n", "utf-8")
            changed.append(path.name)
    return changed


if __name__ == "__main__":
    try:
        names = [name for source in sys.argv[1:] for name in expect(source)]
    except UsageError as error:
        sys.exit(f"Error: {error}")
    sys.stdout.write("".join(f"wrote {name}\n" for name in names) or "nothing is different\n")
