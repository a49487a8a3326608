"""Damages saved pages for a given time: how many were tried, what raised, what took long.

python -m tests.benchmarks.bench_fuzzing [--seconds 600] [--from 0]
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections import Counter

from tests.fuzzing.pages import CASES, read_damaged

#: CPU seconds after which a page is told as slow.
SLOW = 5.0


def main() -> None:
    """Prints each failure once, with the page and the number that make it again."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--seconds", type=float, default=600.0)
    asked.add_argument("--from", type=int, default=0, dest="first")
    given = asked.parse_args()
    seen: Counter[tuple[str, str, int]] = Counter()
    number, tried, end = given.first, 0, time.monotonic() + given.seconds
    while time.monotonic() < end:
        for case in CASES:
            number += 1
            if case.page.suffix == ".pdf" and number % 20:  # a process each
                continue
            tried += 1
            began = time.process_time()
            try:
                read_damaged(case, number)
            except Exception as error:
                last = traceback.extract_tb(error.__traceback__)[-1]
                place = (type(error).__name__, last.filename, last.lineno or 0)
                seen[place] += 1
                if seen[place] == 1:
                    sys.stdout.write(f"{case.source}/{case.page.name} {number}: {place} {str(error)[:120]}\n")
            if (took := time.process_time() - began) > SLOW:
                sys.stdout.write(f"{case.source}/{case.page.name} {number}: {took:.1f} s\n")
    sys.stdout.write(f"{tried:,} pages, {len(seen)} kinds of failure\n")


if __name__ == "__main__":
    main()
