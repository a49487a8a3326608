"""Who counts as an institutional investor."""

from __future__ import annotations

import pytest

from analytics.investors import RULE, investor_class


@pytest.mark.parametrize(
    ("kind", "names", "found"),
    [
        ("investor", ("真格", ""), "institutional"),
        ("company", ("深圳市创新投资集团", ""), "institutional"),
        ("company", ("达晨创投", ""), "institutional"),
        ("other", ("国家集成电路产业投资基金", ""), "institutional"),
        ("company", ("GGV Capital", ""), "institutional"),
        ("company", ("某某", "Some Ventures Ltd."), "institutional"),
        ("company", ("CapitalOnline", ""), "non_institutional"),
        ("company", ("腾讯", "Tencent"), "non_institutional"),
        ("university", ("清华大学", "Tsinghua University"), "non_institutional"),
        ("person", ("王投资", ""), "person"),
    ],
)
def test_by_kind_or_by_words_of_the_name(kind: str, names: tuple[str, ...], found: str) -> None:
    assert investor_class(kind, *names) == found


def test_the_rule_says_its_words() -> None:
    for word in ("资本", "创投", "投资", "基金", "capital", "partners"):
        assert word in RULE.zh
        assert word in RULE.en
