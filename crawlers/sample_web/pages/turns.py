"""The turns of phrase of the articles of generated worlds: a headline and the sentence that states the fact.

{p} provides, {r} receives, {a} are partners, {i} invest, {t} is invested in; {w} what, {d} when, {n} the round,
{m} the sum. Each turn states who gives and who takes outright.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

Turns = tuple[tuple[str, str], ...]

DIRECTED: Final[Mapping[str, Turns]] = {
    "strategic agreement": (
        ("{p}与{r}签署战略合作协议", "{d}，{p}与{r}签署战略合作协议，{p}为{r}提供{w}。"),
        ("{p}与{r}达成战略合作", "{p}与{r}于{d}签署战略合作协议，由{p}向{r}提供{w}。"),
        ("{r}与{p}战略合作", "{d}，{r}与{p}签署战略合作协议。{p}向{r}提供{w}。"),
        ("{p}同{r}签约", "{d}，{p}与{r}签订战略合作框架协议，{p}向{r}提供{w}。"),
    ),
    "joint product": (
        ("{p}与{r}联合推出产品", "{d}，{p}与{r}联合推出新产品，{p}为{r}提供{w}。"),
        ("{p}与{r}共同研发", "{p}与{r}于{d}共同研发新产品，{p}向{r}提供{w}。"),
    ),
    "joint laboratory": (
        ("{p}与{r}成立联合实验室", "{d}，{p}与{r}成立联合实验室，{p}为{r}提供{w}。"),
        ("{r}与{p}共建实验室", "{d}，{r}与{p}共建联合实验室，{p}向{r}提供{w}。"),
    ),
    "supply": (
        ("{p}为{r}提供{w}", "{d}，{p}为{r}提供{w}。"),
        ("{r}采用{p}的{w}", "{r}于{d}采用了{p}的{w}。"),
        ("{p}向{r}提供{w}", "{p}于{d}向{r}提供{w}。"),
        ("{r}引入{p}的{w}", "{r}于{d}引入{p}的{w}。"),
        ("{p}向{r}交付{w}", "{d}，{p}向{r}交付{w}。"),
        ("{p}为{r}部署{w}", "{p}于{d}为{r}部署{w}，系统已经上线。"),
    ),
    "licence": (
        ("{p}授权{r}使用{w}", "{d}，{p}向{r}授权使用{w}。"),
        ("{r}获{p}授权", "{r}于{d}获得{p}的{w}授权。"),
    ),
    "contract": (
        ("{p}获{r}订单", "{p}于{d}获得{r}的{w}订单。"),
        ("{r}向{p}采购{w}", "{d}，{r}向{p}采购{w}。"),
    ),
    "other": (
        ("{p}助力{r}", "{p}于{d}助力{r}，所用产品为{w}。"),
        ("{p}赋能{r}", "{p}于{d}赋能{r}，所用产品是{w}。"),
    ),
}
TENDER: Final[Turns] = (
    ("{p}中标{r}的采购", "{p}于{d}中标{r}的{w}采购项目。"),
    ("{p}拿下{r}项目", "{p}于{d}拿下{r}的{w}采购项目。"),
)
MUTUAL: Final[Mapping[str, Turns]] = {
    "strategic agreement": (
        ("{a}签署战略合作协议", "{d}，{a}签署战略合作协议，合作内容为{w}。"),
        ("{a}达成战略合作", "{a}于{d}签署战略合作协议，在{w}方面开展合作。"),
        ("{a}缔结合作关系", "{d}，{a}建立战略合作伙伴关系，共同推广{w}。"),
    ),
    "joint laboratory": (
        ("{a}共建联合实验室", "{d}，{a}共建联合实验室，研究方向为{w}。"),
        ("{a}成立联合实验室", "{a}的联合实验室于{d}成立，各方共同研究{w}。"),
    ),
    "joint product": (
        ("{a}合作开发", "{a}于{d}合作开发{w}。"),
        ("{a}共同研发", "{d}，{a}共同研发{w}。"),
    ),
    "other": (("{a}携手", "{d}，{a}携手，共同推广{w}。"),),
}
STRATEGIC: Final[Turns] = (
    ("{i}战略投资{t}", "{d}，{i}向{t}进行战略投资。{m}"),
    ("{t}获战略投资", "{t}于{d}宣布获得{i}的战略投资。{m}"),
)
ROUND: Final[Turns] = (
    ("{t}完成{n}融资", "{d}，{t}宣布完成{n}融资，{i}参与了本轮投资。{m}"),
    ("{t}获{n}融资", "{t}于{d}宣布获得{n}融资，{i}参与投资。{m}"),
    ("{i}入股{t}", "{d}，{i}宣布投资{t}，本轮为{n}融资。{m}"),
)
