"""How sure the published numbers are.

For pages that show a ranking: `rank_intervals(engine, basis)` gives bounds beside each row of Tables 4 to 7, and
`range_text(low, high)` writes them as `3–5`. The tables of this package are supplements 6 to 11.
"""

from __future__ import annotations

from analytics.doubt.ranks import range_text, rank_intervals

__all__ = ["range_text", "rank_intervals"]
