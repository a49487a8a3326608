"""Sentence patterns of cooperation, over masked sentences (see `masking`).

In a pattern group `a` is who provides, `b` who receives, `p` partners without direction, `v` the deciding verb.
Every repeat is bounded, none may cross an organisation, and a list of partners is read in one way alone, so that
time grows with the sentence alone.
Confidence is our estimate of how often such a sentence means a technology relation between just these parties.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from pipelines.reading.masking import BOTH, ORG

Kind = Literal[
    "strategic agreement", "joint laboratory", "joint product", "supply", "contract", "licence", "other"
]

_NO: Final = rf"。；;！？{ORG}{BOTH}"
_BRACKET: Final = rf"(?:[（(][^（）(){_NO}]{{0,40}}[）)])?"
#: What belongs to a name behind its sign; possessive, as what may follow may be of the same letters.
_TAIL: Final = rf"(?>(?:集团|公司|方面)?[”\"」』]?{_BRACKET}(?:等(?:公司|企业|机构|单位)?)?)"
_ONE: Final = rf"[“\"「『]?{ORG}{_TAIL}"
_LIST: Final = rf"{_ONE}(?:\s?(?:、|，|,|和|与|及|以及|暨)\s?{_ONE}){{0,11}}"
#: Partners, with adverbs between: A近日与B.
_ADVERB: Final = rf"[^，,：{_NO}]{{0,18}}?"
_LINK: Final = r"(?:、|和|与|同|跟|及|以及|暨|联合|携手|牵手|联手|连同)"
#: On to the next partner, in one way alone: a sentence that joins twelve by many links would be read in as many
#: ways as there are choices of links, to the power of eleven.
_NEXT: Final = rf"(?={_ADVERB}{_LINK}{_ADVERB}[“\"「『]?{ORG})[^，,：{_NO}]*+{ORG}{_TAIL}"
#: Behind 与 they are partners of somebody else, not of each other.
_PARTNERS: Final = rf"(?P<p>(?:(?<![与同跟和]){_ONE}{_NEXT}(?:{_NEXT}){{0,10}}|{BOTH}))"
#: Words between the subject and its verb; 的 would make the subject another thing's owner.
_GAP: Final = rf"[^的，,：{_NO}]{{0,18}}?"
#: The same, over a clause in between.
_FAR: Final = rf"[^{_NO}]{{0,40}}?"
_A: Final = rf"(?P<a>{_LIST})"
_B: Final = rf"(?P<b>{_LIST})"


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way of saying it. `name` enters the record's locator, so that a reading can be traced to its rule."""

    name: str
    kind: Kind
    confidence: float
    form: re.Pattern[str]


def _pattern(name: str, kind: Kind, confidence: float, form: str) -> Pattern:
    return Pattern(name, kind, confidence, re.compile(form))


#: 为 as "for", not as the end of 成为, 作为, 因为.
_FOR: Final = r"(?<![成作称以认因视])为"
_THINGS: Final = (
    "技术|系统|平台|产品|机器人|方案|芯片|模型|服务|算法|终端|设备|软件|应用|助手|车|云|引擎|传感器|项目"
)
_GIVE: Final = "提供|打造|搭建|开发|部署|建设|定制|研发|交付|构建|供应|输出|设计|升级|建立|量身"
_ROLE: Final = (
    "供应商|服务商|提供商|技术提供方|承建商|承建单位|供货商|解决方案商|技术支持单位|技术服务方|技术合作方"
)
_USE: Final = "采用|使用|选用|搭载|应用|引入|引进|接入|选择|启用|配备|内置|集成|部署|上线|采购|购买|购入|租用"
_AGREED: Final = "签署|签订|签约|签定|达成|建立|缔结|开展|展开|深化|订立|宣布|扩大|启动|举行|形成|结成"
_AGREEMENT: Final = (
    "合作协议|框架协议|合作框架|谅解备忘录|合作备忘录|备忘录|战略合作|合作伙伴|合作关系|战略协议|合作"
)
_MAKE: Final = "发布(?!会)|推出|打造|研发|开发|研制|上线|展示|构建|共创|首发|共研|建设|探索"
_HOUSES: Final = "实验室|研究院|研究中心|创新中心|研究所|研发中心|创新基地|联合中心|技术中心"

#: Those with a direction, the surest first; a pair read by one is not read again by a later one.
DIRECTED: Final = (
    _pattern(
        "ordered", "contract", 0.85,
        rf"{_A}{_GAP}(?P<v>获|获得|收到|拿到|赢得|斩获|接获|喜获)了?{_B}(?:的)?[^{_NO}]{{0,24}}?(?:订单|采购|合同|定点|大单)",
    ),
    _pattern(
        "awarded", "contract", 0.85,
        rf"{_A}{_GAP}(?P<v>中标|中选|拿下|承建|承接|承办|签下)了?{_B}",
    ),
    _pattern(
        "awarded by", "contract", 0.8,
        rf"{_B}(?:的)?[^，,{_NO}]{{0,30}}?由{_A}(?P<v>中标|承建|承接|中选)",
    ),
    _pattern(
        "licensed to", "licence", 0.85,
        rf"{_A}{_GAP}(?:向|给|将[^，,{_NO}]{{1,20}}){_B}{_GAP}(?P<v>授权|许可|授予)",
    ),
    _pattern(
        "licensed from", "licence", 0.8,
        rf"{_B}{_GAP}(?P<v>获|获得|取得)了?{_A}(?:的)?[^，,{_NO}]{{0,16}}?(?:授权|许可)",
    ),
    _pattern(
        "supplied by", "supply", 0.8,
        rf"{_B}(?:的)?[^，,{_NO}]{{0,24}}?由{_A}[^，,{_NO}]{{0,10}}?(?P<v>提供|承建|研发|建设|开发|打造|供应|负责)",
    ),
    _pattern("provides for", "supply", 0.85, rf"{_A}{_GAP}{_FOR}{_B}[^{_NO}]{{0,14}}?(?P<v>{_GIVE}|{_ROLE})"),
    _pattern("delivers to", "supply", 0.85,
        rf"{_A}{_GAP}(?:向|给|对){_B}{_GAP}(?P<v>交付|提供|供应|供货|输出|出售|销售|开放|部署|输送|发货|移交|出口|捐赠)"),
    _pattern("delivered to", "supply", 0.8,
        rf"{_A}{_GAP}(?P<v>交付|供应|供货|提供|出售)(?:给|予){_B}"),
    _pattern("buys from", "contract", 0.85,
        rf"{_B}{_GAP}(?:向|从){_A}{_GAP}(?P<v>采购|购买|订购|下单|租用|租赁|购入|引进|引入)"),
    _pattern("chooses", "supply", 0.8,
        rf"{_B}{_GAP}(?P<v>委托|聘请|指定|选定|选择|任命|确定|邀请){_A}(?:为其|为|作为|进行|负责|提供|承担|开发|建设|担任)"),
    _pattern("is chosen", "supply", 0.8,
        rf"{_A}{_GAP}(?P<v>成为|入选|当选|担任|作为|入围|是|系){_B}(?:的)?[^，,{_NO}]{{0,20}}?(?:{_ROLE})"),
    _pattern("lands at", "supply", 0.75,
        rf"{_A}(?:的|旗下|自研|推出的|研发的|自主研发的)[^，,{_NO}]{{0,22}}?(?:{_THINGS})[^，,{_NO}]{{0,6}}?"
        rf"(?P<v>落地|上线|应用于|部署于|部署在|部署到|用于|进驻|入驻|接入|运行于|服务于|搭载于|搭载到|装备|登陆)(?:到|在|至|了)?{_B}"),
    _pattern("takes to", "supply", 0.8,
        rf"{_A}{_GAP}将[^，,{_NO}]{{1,26}}?(?P<v>应用于|应用到|部署到|部署在|部署于|引入|整合到|融入|提供给|接入|用于){_B}"),
    _pattern("uses", "supply", 0.8, rf"{_B}{_GAP}(?P<v>{_USE})(?:了)?(?:来自)?{_A}(?!.{{0,3}}(?:为|作为))"),
    _pattern("builds on", "supply", 0.65,
        rf"{_B}{_GAP}(?P<v>借助|依托|基于|利用|通过){_A}(?:的|旗下|自研)[^{_NO}]{{2,24}}?"
        r"(?:技术|平台|算法|系统|模型|能力|芯片|方案|产品|服务)"),
    _pattern("provides for, clauses apart", "supply", 0.65,
        rf"{_A}{_FAR}[，,]{_GAP}{_FOR}{_B}[^{_NO}]{{0,14}}?(?P<v>{_GIVE})"),
    _pattern("empowers", "other", 0.6, rf"{_A}{_GAP}(?P<v>赋能|助力|服务于|服务|支撑){_B}"),
)  # fmt: skip

#: Those between partners.
PARTNERED: Final = (
    _pattern("joint house", "joint laboratory", 0.85,
        rf"{_PARTNERS}[^{_NO}]{{0,24}}?(?P<v>共建|建立|成立|设立|组建|揭牌|创建|启动|打造|建设|挂牌)[^{_NO}]{{0,30}}?(?:{_HOUSES})"),
    _pattern("house of partners", "joint laboratory", 0.8,
        rf"{_PARTNERS}的?(?:联合|共建|共同)?的?[^，,、的{_NO}]{{0,12}}?(?:{_HOUSES})[^，,、的{_NO}]{{0,16}}?"
        r"(?P<v>成立|揭牌|启动|落成|挂牌|启用|投入使用|投用)"),
    _pattern("agreement", "strategic agreement", 0.85,
        rf"{_PARTNERS}[^{_NO}]{{0,36}}?(?P<v>{_AGREED})[^{_NO}]{{0,44}}?(?:{_AGREEMENT})"),
    _pattern("contract", "contract", 0.75,
        rf"{_PARTNERS}[^{_NO}]{{0,30}}?(?P<v>签署|签订|签约|订立|达成)[^{_NO}]{{0,34}}?(?:合同|协议|订单|备忘录)"),
    _pattern("joint product", "joint product", 0.75,
        rf"{_PARTNERS}(?:{_ADVERB}宣布[，,：]?)?{_ADVERB}(?P<v>(?:联合|共同|携手|合作|协同)(?:{_MAKE}))"),
    _pattern("joins to make", "joint product", 0.75,
        rf"(?P<p>{_ONE}{_ADVERB}(?:联合|携手|联手|牵手|连同){_LIST}){_ADVERB}(?P<v>{_MAKE})"),
    _pattern("together", "other", 0.55,
        rf"{_PARTNERS}{_ADVERB}(?P<v>合作(?!情况|关系|伙伴|方|模式|意向|项目|站点)|签约|联手|牵手|携手|结盟)"),
    _pattern("joins hands", "other", 0.55, rf"(?P<p>{_ONE}{_ADVERB}(?P<v>携手|牵手|联手|结盟|签约){_LIST})"),
)  # fmt: skip

#: Agreements on money and shares are no technology relations.
FINANCIAL: Final = re.compile(
    r"股权|增资|收购|注资|借款|贷款|授信|担保|融资|股份转让|发行股份|购买资产|资产转让|资产置换|投资协议|诉讼|入股|认购|资产管理|质押|债券|对赌|并购|减持|增持"
)
#: What opens a sentence that spells out an agreement told before: its 将 is the agreement's content, not a plan.
TERMS: Final = re.compile(
    r"根据(?:该|此|本次|这一|上述|双方)?[^，,。]{0,12}(?:协议|合同|约定|备忘录)|按照[^，,。]{0,12}(?:协议|约定)|(?:此次|本次|根据)合作"
)
