"""Values as written in a field: amounts, dates, identifiers, rounds, places, names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Final

from entity_resolution import names
from entity_resolution.matching import acronyms, telling
from pipelines import identifiers
from pipelines.amounts import VALUE_LIMIT, read_amount
from pipelines.dates import read_when
from pipelines.errors import InputError
from pipelines.folding import fold_in_place, is_text
from pipelines.places import city_of, country_of, metropolitan_area, province_of
from pipelines.rounds import read_round
from pipelines.unseen import visible
from tests.fuzzing.targets import Target, short
from tests.fuzzing.targets.texts import texts

#: No message is longer, in characters: it quotes eighty of what was read, each as ten where it is unseen.
MESSAGE_MOST: Final = 1_200


def check_amount(text: str) -> None:
    """Refused, or a range of no more than all money, the same when it is read again."""
    try:
        found = read_amount(text)
    except InputError as error:
        short(error, MESSAGE_MOST)
        return
    for bound in (found.low, found.high):
        assert bound is None or 0 <= bound < float(VALUE_LIMIT), found
    assert found.low is None or found.high is None or found.low <= found.high, found
    assert found.as_written == text.strip()
    assert read_amount(found.as_written) == found


def check_date(text: str) -> None:
    """Refused, or days in order and of their precision, the same when they are read again."""
    try:
        found = read_when(text)
    except InputError as error:
        short(error, MESSAGE_MOST)
        return
    assert found.start is None or found.end is None or found.start <= found.end, found
    assert (found.start is None and found.end is None) or found.precision is not None, found
    for day in (found.start, found.end):
        assert day is None or dt.date(1, 1, 1) <= day <= dt.date(9999, 12, 31), found
    assert read_when(found.as_written) == found


_READERS: Final[tuple[Callable[[str], str], ...]] = (
    identifiers.read_uscc,
    identifiers.read_lei,
    identifiers.read_ror,
    identifiers.read_stock,
)


def check_identifier(text: str) -> None:
    """Refused, or a normal form that is its own normal form, of plain letters."""
    for read in _READERS:
        try:
            found = read(text)
        except InputError as error:
            short(error, MESSAGE_MOST)
            continue
        assert found.isascii(), found
        assert found.isprintable(), found
        assert read(found) == found, found


def check_place(text: str) -> None:
    """A known place or none, the same for letters of another width."""
    for find in (province_of, city_of, metropolitan_area, country_of):
        assert find(text) == find(text)
        assert find(fold_in_place(text)) == find(text), (find.__name__, text)
    found = read_round(text)
    if found.name is not None:
        again = read_round(found.name)
        assert (again.name, again.kind, again.stage) == (found.name, found.kind, found.stage), found


def check_name(text: str) -> None:
    """Folding is idempotent; the parts and the letters of a name fit together; unseen signs are seen once."""
    folded = names.fold(text)
    assert names.fold(folded) == folded, folded
    assert names.exact_key(folded) == names.exact_key(text)
    found, letters = names.parts(text), names.lettered(text)
    assert found == names.parts(text)
    assert len(letters.text) == len(letters.parts) == len(letters.heads), letters
    assert set(letters.parts) <= {names.PLACE, names.BRAND, names.TRADE, names.UNIT, names.BRACKET}
    assert visible(visible(text)) == visible(text)
    acronyms.acronyms(text)
    for word in telling.words(text):
        telling.stem(word)
    if is_text(text):
        folded.encode()


AMOUNTS: Final = Target(
    "amounts",
    texts(
        ("1.5亿美元", "近千万元人民币", "数千万元", "30余万元", "5000-10000万元", "US$ 12.5 million", "未披露", "约1,234.5万元",
         "不超过三亿元（含）", "壹佰贰拾叁万元整", "A$3bn", "十二点五亿港元", "超10亿元(人民币)", "1至3亿日元"),
        ("数", "几", "十", "百", "千", "万", "亿", "元", "美元", "人民币", "余", "多", "近", "约", "超", "以上", "级", "点", "零", "两",
         "1", "9", "0", ".", ",", "-", "至", "~", "(", ")", "%", "million", "bn", "more than ", "$", "未披露", "其他", " "),
    ),
    check_amount,
)  # fmt: skip
DATES: Final = Target(
    "dates",
    texts(
        ("2014年3月5日", "2014-03-05", "2014/3/5 12:30:00", "2014年3月5日至8日", "2014.3-2015.4", "2014年第三季度", "March 5, 2014",
         "5 Mar 2014", "二〇一四年三月", "自2014年起", "since 2014", "2014年上半年", "2014-至今", "20140305", "2014-03-05T08:00:00Z"),
        ("年", "月", "日", "号", "至", "-", "/", ".", "2014", "02", "29", "31", "13", "0", "9999", "0000", "季度", "第", "上半年", "底",
         "二〇", "十", "至今", "since ", "起", "Mar", "th", ",", ":", "T", "Z", "+08:00", "星期三", " "),
    ),
    check_date,
)  # fmt: skip
IDENTIFIERS: Final = Target(
    "identifiers",
    texts(
        ("91110108551385082Q", "9111 0108 5513 8508 2Q", "529900T8BM49AURSDO55", "https://ror.org/02mhbdp94", "ror.org/02mhbdp94",
         "600519.SH", "SZ000001", "HK:700", "00700.HK", "NQ830799", "688001"),
        ("9", "1", "0", "A", "Q", "I", "O", ".", ":", "-", "SH", "SZ", "HK", "http://", "ror.org/", "²", "٣", "１", " ", "\u200b"),
    ),
    check_identifier,
)  # fmt: skip
PLACES: Final = Target(
    "places and rounds",
    texts(
        ("北京市海淀区中关村大街27号", "廣東省深圳市", "浙江杭州", "内蒙古自治区", "香港特别行政区", "Beijing, China", "US-CA", "中国",
         "Pre-A轮", "A+轮", "战略投资", "Series B", "新三板定增", "IPO上市"),
        ("省", "市", "区", "县", "自治区", "北京", "上海", "吉林", "朝阳", "海南", "China", "CN", "A", "轮", "Pre-", "+", "种子", "天使", " "),
    ),
    check_place,
)  # fmt: skip
NAMES: Final = Target(
    "names",
    texts(
        ("北京青原科技有限公司", "青原（北京）科技股份有限公司", "*ST青原", "青原Ａ", "清源大学人工智能学院", "Qingyuan Technology Co., Ltd.",
         "中国科学院自动化研究所", "深圳市白石投资管理合伙企业（有限合伙）", "青原-U", "Université de Bohême", "ＡＢＣ（集团）"),
        ("北京", "上海市", "科技", "有限公司", "股份", "集团", "（", "）", "(", ")", "大学", "学院", "研究院", "A", "Ａ", "ST", "-U", "Co.",
         "Ltd", "·", "，", "ß", "İ", "ﬁ", "㈱", "龘", "\u0301", "\u3000", " "),
    ),
    check_name,
)  # fmt: skip
TARGETS: Final = (AMOUNTS, DATES, IDENTIFIERS, PLACES, NAMES)
