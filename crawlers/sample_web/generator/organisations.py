"""The organisations of a generated world: their names, place, age and kind. All are invented."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from crawlers.sample_web.generator import marginals
from crawlers.sample_web.generator.dice import Dice, Ints
from crawlers.sample_web.generator.growth import Growth
from crawlers.sample_web.generator.naming import brands
from crawlers.sample_web.model import Organisation
from pipelines.errors import InputError
from pipelines.identifiers import read_uscc
from pipelines.records import EntityKind
from pipelines.taxonomy import taxonomy

SOURCE: Final = "invented by the generator"
FOREIGN: Final = ("US", "JP", "DE", "GB", "FR", "KR", "SG", "CA")
#: Line of business in a company's name, its English, and the company's industry.
TRADES: Final = (
    ("科技", "Technology", "科技推广和应用服务业"),
    ("智能科技", "Intelligence", "软件和信息技术服务业"),
    ("软件", "Software", "软件和信息技术服务业"),
    ("网络科技", "Network Technology", "互联网和相关服务"),
    ("电子", "Electronics", "计算机、通信和其他电子设备制造业"),
    ("汽车", "Motors", "汽车制造业"),
    ("电气", "Electric", "电气机械和器材制造业"),
    ("装备", "Equipment", "专用设备制造业"),
    ("机械", "Machinery", "通用设备制造业"),
    ("能源", "Energy", "电力、热力生产和供应业"),
    ("建设", "Construction", "房屋建筑业"),
    ("银行", "Bank", "货币金融服务"),
    ("商贸", "Trading", "批发业"),
    ("咨询", "Consulting", "商务服务业"),
    ("生物", "Biotech", "研究和试验发展"),
)
_SHARES: Final = (24, 12, 8, 9, 9, 7, 3, 3, 2, 2, 2, 4, 6, 6, 3)
#: What units of a sample company are called after it: 云, 研究院 and so on.
_UNITS: Final = ("云服务", "实验室", "金服", "出行", "研究院")
_UNIT_SHARE, _SUBSIDIARY_SHARE = 2.0, 3.0
_INVESTORS: Final = (("资本", "Capital"), ("创投", "Ventures"), ("基金", "Fund"), ("投资", "Investment"))
_OTHERS: Final = (("医院", "Hospital"), ("博物馆", "Museum"), ("报社", "Press"), ("机场", "Airport"))
_UNIVERSITIES: Final = (("大学", "University"), ("理工大学", "University of Technology"),
                        ("师范大学", "Normal University"), ("医科大学", "Medical University"))  # fmt: skip
_INSTITUTES: Final = (
    ("研究院", "Research Institute"),
    ("技术研究所", "Institute of Technology"),
    ("科学院", "Academy of Sciences"),
)
_CODES: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def invent(seed: int, growth: Growth, extra: int, years: Ints) -> list[Organisation]:
    """An organisation for each node of the network, by position, and `extra` companies that nobody is related to.

    `years`: by node, the first year in which it did something; nobody is younger than that.
    """
    return list(_Inventor(seed, growth, extra, years).all())


class _Inventor:
    def __init__(self, seed: int, growth: Growth, extra: int, years: Ints) -> None:
        self.growth, self.years = growth, years
        self.count = growth.nodes + extra
        self.coded = round(growth.sample * marginals.AI_COMPANIES / marginals.SAMPLE)
        self.brands = brands(seed)
        dice = Dice(seed, "organisations")
        places = list(marginals.PLACES)
        self.place = [places[at] for at in dice.quota(list(marginals.PLACES.values()), growth.sample)]
        anywhere = dice.weighted(np.array(list(marginals.PLACES.values())) ** 0.6, self.count)
        self.place += [places[at] for at in anywhere[growth.sample :]]
        layers = list(marginals.LAYERS)
        self.layer = [layers[at] for at in dice.quota(list(marginals.LAYERS.values()), growth.sample)]
        cores = list(marginals.CORE)
        self.core = [cores[at] for at in dice.quota(list(marginals.CORE.values()), growth.sample)]
        self.trade = dice.quota(_SHARES, self.count)
        self.trade[: growth.sample] = dice.below(5, growth.sample)
        self.age = (dice.uniform(self.count) ** 3 * 60).astype(np.int64)
        self.luck = dice.uniform(self.count)
        self.kin = dice.uniform(self.count)
        self.digits = dice.below(31, self.count * 9).reshape(self.count, 9)
        self.made: list[Organisation] = []

    def all(self) -> Iterator[Organisation]:
        for at in range(self.count):
            kind = self.growth.kind[at] if at < self.growth.nodes else "company"
            if kind == "company":
                one = self._company(at)
            elif kind == "foreign company":
                one = self._foreign(at)
            else:
                one = self._body(at, kind)
            self.made.append(one)
            yield one

    def _year(self, at: int) -> int:
        if at < self.growth.sample:
            return int(self.growth.founded[at])
        first = int(self.years[at]) if at < self.growth.nodes else marginals.LAST
        return first - int(self.age[at])

    def _company(self, at: int) -> Organisation:
        sample = at < self.growth.sample
        if sample and at >= 40 and self.kin[at] * 100 < _UNIT_SHARE:
            unit = self._unit(at)
            if unit is not None:
                return unit
        brand, sound = next(self.brands)
        trade, english, industry = TRADES[self.trade[at]]
        province, city = self.place[at]
        luck = self.luck[at]
        short = brand if luck < 0.6 else brand + trade
        legal = f"{city}{brand}{trade}{'股份' if luck * 10 % 1 < 0.2 else ''}有限公司"
        if trade == "银行":
            short, legal = brand + trade, f"{brand}{trade}股份有限公司"
        aliases = [brand + "集团"] if luck * 7 % 1 < 0.15 else []
        if short != brand and trade != "银行":
            aliases.append(brand)
        former: tuple[str, ...] = ()
        if luck * 13 % 1 < 0.12:
            former = (f"{city}{next(self.brands)[0]}{trade}有限公司",)
        parent, relation = self._parent(at)
        return Organisation(
            id=f"o{at:06d}",
            kind="company",
            name=short,
            source=SOURCE,
            legal=legal,
            english=f"{sound} {english}",
            former=former,
            aliases=tuple(aliases),
            province=province,
            city=city,
            founded=self._year(at),
            sample=sample,
            layer=self.layer[at] if sample else "",
            core=self.core[at] if sample else "",
            industry=industry,
            website=f"https://www.{sound.lower()}.example",
            uscc=self._uscc(at, province) if at < self.coded else "",
            parent=parent,
            relation=relation,
        )

    def _parent(self, at: int) -> tuple[str, str]:
        """A few companies belong to one of the large ones, which belong to nobody."""
        sample = self.growth.sample
        large = max(2, min(40, sample // 4))
        if large <= at < 4 * sample and self.kin[at] * 100 >= 100 - _SUBSIDIARY_SHARE:
            chosen = self.made[int(self.luck[at] * large)]
            if not chosen.parent:
                return chosen.id, "subsidiary"
        return "", ""

    def _unit(self, at: int) -> Organisation | None:
        """A unit of a large company, a node of its own: named after it, without a legal person."""
        head = self.made[int(self.luck[at] * 40)]
        name = head.name[:3] + _UNITS[int(self.kin[at] * 1000) % len(_UNITS)]
        if head.parent or (head.founded or 0) > self._year(at) or any(one.name == name for one in self.made):
            return None
        return Organisation(
            id=f"o{at:06d}", kind="company", name=name, source=SOURCE, province=head.province, city=head.city,
            founded=self._year(at), sample=True, layer=self.layer[at], core=self.core[at], industry=head.industry,
            parent=head.id, relation="unit",
        )  # fmt: skip

    def _foreign(self, at: int) -> Organisation:
        brand, sound = next(self.brands)
        return Organisation(
            id=f"o{at:06d}", kind="company", name=brand, source=SOURCE, english=f"{sound} {_word(self.luck[at])}",
            country=FOREIGN[int(self.kin[at] * len(FOREIGN))], founded=self._year(at),
            industry=TRADES[self.trade[at]][2],
        )  # fmt: skip

    def _body(self, at: int, kind: str) -> Organisation:
        brand, sound = next(self.brands)
        luck = float(self.luck[at])
        province, city = self.place[at]
        country, aliases, english = "CN", [], ""
        of_kind: EntityKind
        if kind == "investor":
            of_kind = "investor"
            word = _INVESTORS[int(luck * len(_INVESTORS))]
            name, province, city = brand + word[0], "", ""
            english = ""
        elif kind == "university":
            of_kind = "university"
            word = _UNIVERSITIES[int(luck * len(_UNIVERSITIES))]
            name, english = brand + word[0], f"{sound} {word[1]}"
            aliases = [brand + "大"]
        elif kind == "foreign university":
            of_kind, country, province, city = "university", FOREIGN[int(luck * len(FOREIGN))], "", ""
            name, english = brand + "大学", f"{sound} University"
        elif kind == "research institute":
            of_kind = "research institute"
            word = _INSTITUTES[int(luck * len(_INSTITUTES))]
            name, english = brand + word[0], f"{sound} {word[1]}"
        elif kind == "government":
            of_kind = "government"
            name, aliases, city = f"{brand}市人民政府", [f"{brand}市政府"], ""
        elif kind == "alliance":
            of_kind, name, english = "alliance", f"{brand}产业联盟", f"{sound} Industry Alliance"
        elif kind == "park":
            of_kind, name = "park", f"{brand}产业园"
        else:
            of_kind = "other"
            word = _OTHERS[int(luck * len(_OTHERS))]
            name, english = brand + word[0], f"{sound} {word[1]}"
        return Organisation(
            id=f"o{at:06d}", kind=of_kind, name=name, source=SOURCE, english=english, aliases=tuple(aliases),
            country=country, province=province, city=city, founded=self._year(at),
        )  # fmt: skip

    def _uscc(self, at: int, province: str) -> str:
        """A code of the right form with its check character; its middle is the node's own number."""
        term = taxonomy("provinces").find(province)
        assert term is not None
        body = "91" + f"{term.code}0100" + "MA" + f"{at:05d}" + _CODES[self.digits[at][0]]
        body += _CODES[self.digits[at][1]]
        for last in _CODES:
            try:
                return read_uscc(body + last)
            except InputError:
                continue
        raise AssertionError("one of all check characters is right")


def _word(luck: float) -> str:
    return ("Systems", "Semiconductor", "Robotics", "Software", "Group")[int(luck * 5)]
