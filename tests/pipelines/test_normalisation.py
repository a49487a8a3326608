"""Normal forms: the known is brought to one form, the unknown flagged and kept, wrong identifiers taken off."""

from __future__ import annotations

from pipelines.normalisation import normalise
from pipelines.records import Cooperation, Financing, Identifier, Link, Mention, Organisation


def _mention(name: str, **identifiers: str) -> Mention:
    return Mention(
        name=name,
        identifiers=tuple(Identifier(scheme=scheme, value=value) for scheme, value in identifiers.items()),
    )


def test_rounds() -> None:
    record = Financing(locator="1", target=_mention("甲"), round="series a")
    assert normalise(record)[0].round == "A轮"
    assert normalise(record.model_copy(update={"round": "未披露"}))[0].round == ""
    kept, flags = normalise(record.model_copy(update={"round": "月球轮"}))
    assert kept.round == "月球轮"
    assert [(flag.field, flag.value) for flag in flags] == [("round", "月球轮")]


def test_technologies_and_areas() -> None:
    record = Cooperation(
        locator="1",
        kind="supply",
        providers=(_mention("甲"),),
        recipients=(_mention("乙"),),
        technologies=("computer vision", "计算机视觉", "魔法"),
        applications=("Smart city",),
    )
    found, flags = normalise(record)
    assert found.technologies == ("计算机视觉", "魔法")
    assert found.applications == ("智慧城市",)
    assert [(flag.field, flag.value) for flag in flags] == [("technologies", "魔法")]


def test_identifiers_deep_inside() -> None:
    record = Organisation(
        locator="1",
        subject=_mention("甲", uscc="91110000802100433b", stock="SH600519"),
        links=(Link(relation="parent", other=_mention("乙", lei="529900T8BM49AURSDO56", grid="grid.1")),),
    )
    found, flags = normalise(record)
    assert {one.scheme: one.value for one in found.subject.identifiers} == {
        "uscc": "91110000802100433B",
        "stock": "600519.SH",
    }
    assert [one.scheme for one in found.links[0].other.identifiers] == ["grid"]
    assert [(flag.field, flag.value) for flag in flags] == [
        ("links.0.other.identifiers.lei", "529900T8BM49AURSDO56")
    ]
    again, none = normalise(found)
    assert again == found
    assert none == ()
    assert type(found).model_validate(found.model_dump()) == found


def test_nothing_to_do_gives_the_same_record() -> None:
    record = Organisation(locator="1", subject=_mention("甲"))
    assert normalise(record)[0] is record
