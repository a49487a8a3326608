"""A figure as one HTML file: the picture inside it, and its numbers."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any, Final

from analytics.charts import render
from analytics.csv_files import write_whole
from analytics.exhibits import Figure, Language
from analytics.report.environment import environment
from analytics.report.shown import shown_exhibit
from analytics.report.wording import say

POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
)


def write_figure_page(figure: Figure, path: Path, language: Language = "zh") -> None:
    """Write the page; it needs no other file."""
    picture = base64.b64encode(render(figure, ".svg", language)).decode("ascii")
    text = environment().get_template("figure.html").render(
        language=language, policy=POLICY, shown=shown_exhibit(figure, language, lambda _path: "", frozenset()),
        picture=f"data:image/svg+xml;base64,{picture}", empty=say("no_rows", language),
    )  # fmt: skip

    def fill(file: Any) -> None:
        file.write(text)

    write_whole(path, fill)
