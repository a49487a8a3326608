"""Values as scripts hold them: numbers packed into base64, words that cannot break out.

A page opened from a folder may load scripts, but no other files; so all its data are scripts that call one function
with one value.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import pandas as pd

from pipelines.unseen import visible

#: What a script or the page around it could take for more than a part of a string.
_ESCAPED: Final = {ord(mark): f"\\u{ord(mark):04x}" for mark in "<>&\x7f\x85\u2028\u2029\ufeff"}


def packed(values: Any, kind: str) -> str:
    """A row of numbers, base64 of little-endian `kind` (numpy's code, `u1`, `u4`, `f4`).

    Raises ValueError for a number that does not fit.
    """
    found = np.asarray(values)
    small = found.astype(np.dtype(kind).newbyteorder("<"))
    if kind[0] == "u" and not (small == found).all():
        raise ValueError(f"a number does not fit into {kind}")
    return base64.b64encode(small.tobytes()).decode("ascii")


def script(function: str, *values: Any) -> str:
    """A call of a function of the page with values as JSON, without any mark of HTML and any odd end of a line."""
    written = ",".join(
        json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False) for value in values
    )
    return f"{function}({written.translate(_ESCAPED)});\n"


def text(value: object) -> str:
    """A word that may be missing; half characters and unseen signs, which no page should show, become a mark."""
    if value is None or value is pd.NA or not isinstance(value, str):
        return ""
    return visible(value.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def lines(values: Iterable[object]) -> str:
    """Words in one string, a line each: a browser reads that many times faster than a list."""
    return "\n".join(" ".join(text(value).split()) for value in values)
