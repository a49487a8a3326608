"""What registries say of a generated world's organisations: ids of research bodies, legal entities, filings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from crawlers.sample_web.generator.dice import Dice
from crawlers.sample_web.model import (
    Address,
    Batch,
    Filing,
    LeiEntry,
    Moment,
    Organisation,
    Place,
    RorEntry,
)
from pipelines.taxonomy import taxonomy

_CROCKFORD: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_LETTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ACADEMIC: Final = {"university": "education", "research institute": "facility"}
#: Of a hundred companies with a credit code so many have a legal entity identifier (our estimate).
_WITH_LEI: Final = 40
_LOU: Final = "836800FXO82WAQQSJI94"
_REGISTERS: Final = ("互联网信息服务算法备案", "深度合成服务算法备案")
_KINDS: Final = {
    _REGISTERS[0]: ("个性化推送类", "检索过滤类", "调度决策类"),
    _REGISTERS[1]: ("服务提供者", "服务技术支持者"),
}
_USES: Final = ("信息推荐", "网页搜索", "文本生成", "图像生成", "配送调度")
_MONTHS: Final = ((2022, 8), (2023, 1), (2023, 6), (2023, 8), (2024, 1), (2024, 4), (2024, 8))
#: Of a hundred sample companies so many have filed an algorithm (our estimate).
_FILED: Final = 9


def ror_id(number: int) -> str:
    """A registry id with its check digits (ISO 7064 modulo 97-10)."""
    digits, rest = "", number
    for _ in range(6):
        rest, digit = divmod(rest, 32)
        digits = _CROCKFORD[digit] + digits
    return f"0{digits}{98 - number * 100 % 97:02d}"


def lei_code(number: int) -> str:
    """A legal entity identifier with its check digits (ISO 17442)."""
    body = f"9999{'00'}{number:012d}"
    value = int("".join(str(int(char, 36)) for char in body + "00"))
    return f"{body}{98 - value % 97:02d}"


def ror_entries(seed: int, organisations: Sequence[Organisation]) -> list[RorEntry]:
    """An entry for each Chinese university and research institute."""
    bodies = [one for one in organisations if one.kind in _ACADEMIC and one.country == "CN"]
    numbers = Dice(seed, "ror").below(32**5, len(bodies))
    found, used = [], set[int]()
    for at, one in enumerate(bodies):
        number = int(numbers[at])
        while number in used:
            number += 1
        used.add(number)
        province = taxonomy("provinces").find(one.province)
        assert province is not None
        names: list[tuple[str, ...]] = [
            (one.name, "zh", "ror_display", "label"),
            (one.english, "en", "label"),
        ]
        names += [(alias, "zh", "alias") for alias in one.aliases]
        found.append(
            RorEntry(
                id=ror_id(number),
                organisation=one.id,
                names=tuple(names),
                types=(_ACADEMIC[one.kind],),
                established=one.founded,
                place=Place(
                    geonames=9_900_000 + int(province.code),
                    name=(province.en or "").strip(),
                    subdivision=province.en or "",
                    code=str(province.attributes["iso"]).removeprefix("CN-"),
                    country="CN",
                    lat=35.0,
                    lng=105.0,
                ),
                external=(),
                domains=(),
                links=(),
                relationships=(),
                created="2019-05-01",
                modified="2024-03-01",
            )
        )
    return found


def lei_entries(seed: int, organisations: Sequence[Organisation]) -> list[LeiEntry]:
    """Entries of some of the companies that have a credit code, and of whom they belong to."""
    coded = [one for one in organisations if one.uscc]
    luck = Dice(seed, "lei").uniform(len(coded))
    wanted = {one.id for at, one in enumerate(coded) if luck[at] * 100 < _WITH_LEI}
    wanted |= {one.parent for one in coded if one.id in wanted and one.relation == "subsidiary"}
    code = {one.id: lei_code(at) for at, one in enumerate(coded, 1)}
    found = []
    for one in coded:
        if one.id not in wanted:
            continue
        province = taxonomy("provinces").find(one.province)
        assert province is not None
        where = Address("zh", ("示例路1号",), one.city, str(province.attributes["iso"]), "CN", "")
        found.append(
            LeiEntry(
                lei=code[one.id],
                organisation=one.id,
                name=(one.legal, "zh"),
                other_names=((one.english, "en", "ALTERNATIVE_LANGUAGE_LEGAL_NAME"),),
                address=where,
                headquarters=where,
                authority="RA000092",
                registered_as=one.uscc,
                jurisdiction="CN",
                legal_form="",
                created=f"{one.founded}-06-01T00:00:00Z",
                registration=(
                    "2020-03-02T00:00:00Z",
                    "2024-03-02T00:00:00Z",
                    "ISSUED",
                    "2025-03-02T00:00:00Z",
                    _LOU,
                ),
                parent=code[one.parent] if one.relation == "subsidiary" else "",
            )
        )
    return found


def batches(seed: int, organisations: Sequence[Organisation]) -> list[Batch]:
    """Filings of some sample companies, under their legal names, in a few announcements."""
    filers = [one for one in organisations if one.sample and one.legal]
    dice = Dice(seed, "filings")
    filed = dice.order(len(filers))[: max(1, len(filers) * _FILED // 100)]
    rows: dict[int, list[Filing]] = {}
    for at, chosen in enumerate(filed):
        one = filers[int(chosen)]
        month = at % len(_MONTHS)
        register = _REGISTERS[month % 2]
        kind = _KINDS[register][at % len(_KINDS[register])]
        use = _USES[at % len(_USES)]
        rows.setdefault(month, []).append(
            Filing(
                name=f"{one.name}{use}算法",
                kind=kind,
                bearer=one.legal,
                products=f"{one.name}（APP）",
                use=use,
                number=f"网信算备{one.uscc[2:8]}{at:010d}22001号",
                remark="",
            )
        )
    found = []
    for month, listed in sorted(rows.items()):
        year, number = _MONTHS[month]
        day = dt.date(year, number, 15)
        found.append(
            Batch(
                month=Moment(day.replace(day=1), "month"),
                announced=day,
                page=f"/{day:%Y-%m/%d}/c_9{year}{number:02d}0000000.htm",
                register=_REGISTERS[month % 2],
                rows=tuple(listed),
            )
        )
    return found
