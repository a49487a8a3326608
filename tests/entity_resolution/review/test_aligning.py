"""Names side by side."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from entity_resolution.review.aligning import align

NAMES = st.text(alphabet="北京市示例科技集团有限公司（）abAB ·研究院", max_size=30) | st.text(max_size=30)


def agrees(left: str, right: str) -> dict[str, str]:
    return {row.part: row.agrees for row in align(left, right).parts}


def test_parts_say_where_names_agree() -> None:
    found = agrees("深圳市示例科技有限公司", "示例软件有限公司")
    assert found["place"] == "one"
    assert found["core"] == "same"
    assert found["trade"] == "differ"
    assert found["legal_form"] == "same"


def test_shared_characters_are_marked_in_their_order() -> None:
    found = align("哈工大", "哈尔滨工业大学")
    assert found.left == (("哈工大", True),)
    assert "".join(text for text, shared in found.right if shared) == "哈工大"


def test_ways_of_writing_count_as_one() -> None:
    found = align("示例（北京）科技有限公司", "示例(北京)科技有限公司")
    assert found.equal
    assert all(shared for _, shared in found.left)
    assert not align("有限公司", "有限公司").equal


def test_persons_have_no_parts() -> None:
    assert align("王示例", "王示例", persons=True).parts == ()


@settings(deadline=None)
@given(NAMES, NAMES)
def test_pieces_make_the_names_and_share_alike(left: str, right: str) -> None:
    found = align(left, right)
    assert "".join(text for text, _ in found.left) == left
    assert "".join(text for text, _ in found.right) == right
    assert any(shared for _, shared in found.left) == any(shared for _, shared in found.right)
