"""The 44 relations of FinRE (Li et al., ACL 2019), their reverses, and the types of fact that they belong to.

A relation is that of the first organisation to the second; with 被 before its name, of the second to the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from pipelines.reading.fact import Role, Type

Matrix = npt.NDArray[np.float32]

NONE: Final = "unknown"
#: The same both ways round.
SYMMETRIC: Final = (
    "自己", "纠纷", "重组", "签约", "交易", "合作", "商讨", "合并", "竞争", "订单", "合资",
)  # fmt: skip
DIRECTED: Final = (
    "注资", "拥有", "增持", "买资", "持股", "入股", "转让", "成立", "分析", "帮助", "发行", "减持", "收购", "借壳",
    "欠款", "拟收购",
)  # fmt: skip
_PASSIVE: Final = "被"
LABELS: Final = (NONE, *SYMMETRIC, *DIRECTED, *(_PASSIVE + label for label in DIRECTED))
INDEX: Final[Mapping[str, int]] = {label: at for at, label in enumerate(LABELS)}

_BY_TYPE: Final[Mapping[Type, tuple[str, ...]]] = {
    "cooperation": ("合作", "签约", "合资", "订单", "帮助", "交易"),
    "investment": ("注资", "入股", "持股", "买资", "增持"),
    "acquisition": ("收购", "拟收购", "合并", "重组", "借壳"),
    "ownership": ("拥有",),
    "alias": ("自己",),
}
TYPES: Final[tuple[Type, ...]] = tuple(_BY_TYPE)
#: The roles of the first and the second organisation where the label runs from the first to the second.
_DIRECTED_ROLES: Final[Mapping[Type, tuple[Role, Role]]] = {
    "cooperation": ("provider", "recipient"),
    "investment": ("investor", "target"),
    "acquisition": ("investor", "target"),
    "ownership": ("owner", "owned"),
}


def reverse(label: str) -> str:
    """The relation of the second organisation to the first."""
    if label in DIRECTED:
        return _PASSIVE + label
    return label.removeprefix(_PASSIVE)


#: `scores[:, REVERSED]` are the scores of pairs taken the other way round.
REVERSED: Final = np.array([INDEX[reverse(label)] for label in LABELS])


def type_of(label: str) -> Type | None:
    active = label.removeprefix(_PASSIVE)
    return next((kind for kind, labels in _BY_TYPE.items() if active in labels), None)


#: By type, where its labels stand in `LABELS`.
COLUMNS: Final[Mapping[Type, npt.NDArray[np.int64]]] = {
    kind: np.array([at for at, label in enumerate(LABELS) if type_of(label) == kind], np.int64)
    for kind in TYPES
}


def roles(label: str) -> tuple[Role, Role]:
    """The roles that the first and the second organisation play under a label that has a type."""
    kind = type_of(label)
    assert kind is not None
    active = label.removeprefix(_PASSIVE)
    if active in SYMMETRIC:
        role: Role = "name" if kind == "alias" else "party"
        return role, role
    first, second = _DIRECTED_ROLES[kind]
    return (first, second) if active == label else (second, first)
