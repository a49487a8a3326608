"""Values as scripts hold them: numbers packed into base64, words that cannot break out.

A page opened from a folder may load scripts, but no other files; so all its data are scripts that call one function
with one value.
"""

from __future__ import annotations

import base64
import json
from typing import Any, Final

import numpy as np
import pandas as pd

#: What a script or the page around it could take for more than a part of a string.
_ESCAPED: Final = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


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
    """A call of a function of the page with values as JSON: ASCII alone, and no mark of HTML."""
    written = ",".join(
        json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False) for value in values
    )
    return f"{function}({written.translate(_ESCAPED)});\n"


def text(value: object) -> str:
    """A word that may be missing; half characters, which no page can show, become a mark."""
    if value is None or value is pd.NA or not isinstance(value, str):
        return ""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
