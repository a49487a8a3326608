"""What a generated world keeps to: the figures of the printed edition of 2022, and our own where it is silent.

Shares are in percent. What is not printed is marked as an estimate.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Final

#: Year → nodes and edges of the network, cumulative (Table 3).
YEARLY: Final[Mapping[int, tuple[int, int]]] = {
    2014: (33168, 40513),
    2015: (34865, 44222),
    2016: (37138, 49672),
    2017: (39669, 56588),
    2018: (43455, 67607),
    2019: (47531, 79857),
    2020: (54843, 103468),
    2021: (58800, 119044),
}
FIRST, LAST = min(YEARLY), max(YEARLY)
SAMPLE: Final = 2200
AI_COMPANIES: Final = 10_000
ORGANISATIONS: Final = 60_000
#: Pages of the press; with the registries' pages more than 200,000 (estimate).
ARTICLES: Final = 200_000

#: Relation nodes by kind at full size: counts of Table 1; the last three are estimates. All others are companies.
RELATION_NODES: Final[Mapping[str, int]] = {
    "university": 303,
    "research institute": 123,
    "investor": 5272,
    "alliance": 781,
    "park": 1823,
    "foreign university": 110,
    "government": 900,
    "other": 1500,
}
#: Share of each year's edges by dimension; the rest is technology (estimate).
HUMAN_CAPITAL: Final = 8.4
INVESTMENT: Final = 10.0

#: Table 1 has one company fewer than its sum says; it is counted to the last layer.
LAYERS: Final[Mapping[str, float]] = {"基础层": 53, "技术层": 273, "应用层": 1874}
FINANCED: Final = 67.50
#: Province and city → share of companies. Printed: 北京, 广东, 上海, 浙江, 深圳, 广州, and the sums of the three
#: metropolitan areas.
PLACES: Final[Mapping[tuple[str, str], float]] = {
    ("北京市", "北京市"): 28.32,
    ("广东省", "深圳市"): 13.41,
    ("广东省", "广州市"): 8.55,
    ("广东省", "东莞市"): 2.49,
    ("广东省", "珠海市"): 2.00,
    ("上海市", "上海市"): 13.09,
    ("浙江省", "杭州市"): 7.50,
    ("浙江省", "宁波市"): 1.50,
    ("江苏省", "南京市"): 2.90,
    ("江苏省", "苏州市"): 2.75,
    ("安徽省", "合肥市"): 1.90,
    ("天津市", "天津市"): 0.90,
    ("河北省", "石家庄市"): 0.42,
    ("四川省", "成都市"): 3.10,
    ("湖北省", "武汉市"): 2.40,
    ("山东省", "青岛市"): 1.90,
    ("福建省", "厦门市"): 1.85,
    ("陕西省", "西安市"): 1.50,
    ("重庆市", "重庆市"): 1.10,
    ("湖南省", "长沙市"): 1.00,
    ("辽宁省", "沈阳市"): 0.72,
    ("河南省", "郑州市"): 0.70,
}
#: Founding year → share of the sample. Printed: 2015, and the sum from 2012 to 2018.
FOUNDED: Final[Mapping[int, float]] = {
    **dict.fromkeys(range(1998, 2005), 1.20),
    **dict.fromkeys(range(2005, 2010), 2.50),
    2010: 5.60,
    2011: 7.50,
    2012: 6.20,
    2013: 7.60,
    2014: 10.90,
    2015: 14.14,
    2016: 11.00,
    2017: 8.30,
    2018: 5.22,
    2019: 2.00,
    2020: 0.64,
}
#: The rest has no core technology among the named ones.
CORE: Final[Mapping[str, float]] = {
    "大数据和云计算": 42.55,
    "硬件": 7.64,
    "机器学习和推荐": 6.18,
    "物联网": 6.00,
    "服务机器人": 5.64,
    "工业机器人": 5.50,
    "图形图像识别技术": 4.82,
    "语音识别和自然语言处理": 4.32,
    "人脸和步态及表情识别": 1.95,
    "智能芯片": 1.41,
    "": 13.99,
}
#: Listed companies of the sample, and companies of a hundred that have a patent.
LISTED: Final = 197
PATENTED: Final = 83.95
#: From, to, share of the companies: shares are printed, the outer bounds are estimates. Persons; 100 million yuan;
#: percent of revenue; percent of staff; patents.
STAFF: Final = ((150, 1_990, 49.24), (2_010, 3_990, 22.34), (4_010, 5_990, 9.64), (6_010, 60_000, 18.78))
REVENUE: Final = ((1.5, 39, 71.57), (41, 79, 10.66), (81, 1_500, 17.77))
MARKET_VALUE: Final = (
    (18, 99, 59.39), (101, 199, 12.18), (201, 299, 9.64), (301, 399, 2.03), (401, 6_000, 16.75),
)  # fmt: skip
INTENSITY: Final = ((0.4, 4.9, 29.95), (5.1, 14.9, 50.76), (15.1, 60, 19.29))
RESEARCHERS: Final = ((2, 9.8, 7.61), (10.2, 19.8, 25.89), (20.2, 49.8, 51.27), (50.2, 85, 15.23))
PATENTS: Final = ((1, 49, 58.53), (51, 99, 14.29), (101, 199, 10.99), (201, 800, 12.02), (1_010, 1_600, 4.17))

#: Technology → year → share of relations up to that year, where printed, else estimated; the one without figures
#: has what the others leave.
TECHNOLOGIES: Final[Mapping[str, Mapping[int, float]]] = {
    "大数据和云计算": {},  # printed: 47.53 in 2021, which is what the others leave
    "物联网": {2014: 13.84, 2019: 10.24, 2021: 11.37},
    "5G": {2014: 1.00, 2021: 7.26},
    "智能机器人": {2014: 6.14, 2017: 8.19, 2021: 6.66},
    "计算机视觉": {2014: 3.77, 2016: 3.27, 2019: 5.07, 2021: 4.40},
    "自动驾驶": {2014: 1.50, 2015: 1.59, 2021: 3.67},
    "智能芯片": {2014: 4.49, 2018: 2.27, 2021: 3.42},
    "虚拟/增强现实": {2014: 1.34, 2015: 1.23, 2016: 3.49, 2017: 3.33, 2021: 2.89},
    "语音识别": {2014: 4.75, 2016: 3.25, 2018: 3.52, 2021: 2.62},
    "区块链": {2014: 0.45, 2015: 0.50, 2020: 2.26, 2021: 2.19},
    "生物识别": {2014: 0.41, 2019: 1.72, 2021: 1.45},
    "自然语言处理": {2014: 0.31, 2020: 0.91, 2021: 0.83},
    "智能推荐": {2021: 2.31},
    "光电技术": {2021: 1.20},
    "空间技术": {2021: 0.90},
    "人机交互": {2021: 0.80},
    "知识图谱": {2021: 0.50},
}
APPLICATIONS: Final[Mapping[str, Mapping[int, float]]] = {
    "企业智能管理": {2015: 15.75, 2021: 12.49},
    "智慧城市": {2014: 9.00, 2017: 12.64, 2021: 11.67},
    "智能营销与新零售": {2014: 6.50, 2018: 9.57, 2021: 9.19},
    "智能制造": {2014: 7.08, 2021: 8.40},
    "智能网联汽车": {2015: 3.47, 2021: 7.62},
    "智能金融": {},
    "智能医疗": {2014: 6.87, 2021: 6.20},
    "智能硬件": {2014: 8.41, 2021: 5.74},
    "新媒体和数字内容": {2016: 6.45, 2021: 5.00},
    "智能教育": {2014: 2.61, 2021: 4.09},
    "智能政务": {2014: 9.80, 2021: 3.99},
    "智能交通": {2021: 3.60},
    "智能家居": {2015: 4.39, 2021: 3.09},
    "智能物流": {2019: 3.09, 2021: 2.90},
    "网络安全": {2014: 3.46, 2020: 1.39, 2021: 2.32},
    "智能能源": {2018: 1.07, 2021: 2.17},
    "智慧文旅": {2015: 1.03, 2021: 2.10},
    "智能安防": {2021: 1.30},
    "智能农业": {2016: 0.55, 2021: 1.13},
}


def cumulative(shares: Mapping[str, Mapping[int, float]], year: int) -> list[float]:
    """The shares up to a year, which sum to 1: each straight between its figures and level beyond them."""
    found = {code: _between(points, year) for code, points in shares.items() if points}
    rest = max(0.0, 100 - sum(found.values()))
    each = [found.get(code, rest) for code in shares]
    return [one / sum(each) for one in each]


def _between(points: Mapping[int, float], year: int) -> float:
    known = sorted(points)
    if year <= known[0]:
        return points[known[0]]
    for before, after in pairwise(known):
        if year <= after:
            step = (year - before) / (after - before)
            return points[before] + step * (points[after] - points[before])
    return points[known[-1]]
