"""A small page about one entity, for a frame in another program. Strangers' words stand in it: all are escaped."""

from __future__ import annotations

import base64
import hashlib
from typing import Any, Final

from jinja2 import Environment, StrictUndefined
from sqlalchemy import Connection

from entity_resolution.reconcile.asked import Wanted
from entity_resolution.reconcile.bearers import Known
from entity_resolution.reconcile.properties import PROPERTIES
from entity_resolution.reconcile.suggesting import described
from entity_resolution.reconcile.values import Value, values
from entity_resolution.review.showing import shown

WIDTH: Final = 420
HEIGHT: Final = 300
#: Values of one property that a preview shows; the page of an entity shows more.
_FEW: Final = 4
_MANY: Final = 40
_LEFT_OUT: Final = ("name", "name_en", "kind", "country")

STYLE: Final = (
    "body{margin:.8rem;font:14px/1.5 system-ui,'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif;"
    "color:#222;background:#fff;overflow-wrap:anywhere}"
    "h1{font-size:1.15rem;margin:0}p{margin:.1rem 0 .6rem;color:#666}"
    "dl{margin:0;display:grid;grid-template-columns:max-content 1fr;gap:.15rem .8rem}"
    "dt{color:#666;max-width:11rem}dd{margin:0}"
    "@media (prefers-color-scheme:dark){body{color:#ddd;background:#181818}p,dt{color:#999}}"
)
#: What the content policy knows the style sheet by.
STYLE_DIGEST: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()

_PAGE: Final = """<!DOCTYPE html>
<html lang="zh">
<head><meta charset="utf-8"><title>{{ name }}</title><style>{{ style|safe }}</style></head>
<body>
<h1><bdi>{{ name }}</bdi></h1>
<p>{{ line }}</p>
<dl>
{%- for label, told, more in rows %}
<dt>{{ label }}</dt><dd>{% for one in told %}<bdi>{{ one }}</bdi>{{ "; " if not loop.last }}{% endfor %}
{{- " …" if more }}</dd>
{%- endfor %}
<dt>id</dt><dd>{{ id }}</dd>
</dl>
</body>
</html>
"""
_environment: Final = Environment(autoescape=True, undefined=StrictUndefined)
_template: Final = _environment.from_string(_PAGE)


def page(connection: Connection, entity: Known, *, whole: bool = False) -> str:
    """The HTML of the page; `whole` shows more of each property."""
    most = _MANY if whole else _FEW
    asked = [Wanted(one, limit=most + 1) for one in PROPERTIES.values() if one.id not in _LEFT_OUT]
    told = values(connection, {entity.id: entity}, asked)[entity.id]
    rows = [
        (one.property.name, [_text(value) for value in found[:most]], len(found) > most)
        for one in asked
        if (found := told[one.property.id])
    ]
    return _template.render(
        name=shown(entity.name), line=described(entity), rows=rows, id=entity.id, style=STYLE
    )


def _text(value: Value) -> str:
    number: Any = value.get("float")
    return f"{number:,.15g}" if number is not None else shown(value.get("str", value.get("name", "")))
