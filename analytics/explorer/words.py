"""The words of the explorer's pages, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from analytics.exhibits import Language, Words

#: In braces stands what the page fills in.
WORDS: Final[Mapping[str, Words]] = {
    "title": Words("价值网络浏览器", "Value network explorer"),
    "home": Words("返回报告", "Back to the report"),
    "other_language": Words("English", "中文"),
    "edition": Words("样本版本", "Edition"),
    "search": Words("按名称查找", "Search by name"),
    "search_hint": Words("中文或英文名称", "Chinese or English name"),
    "found": Words("找到 {count} 个", "{count} found"),
    "found_more": Words("找到 {count} 个，显示前 {shown} 个", "{count} found, the first {shown} shown"),
    "found_none": Words("没有找到", "None found"),
    "year": Words("年份（截至年末）", "Year (its end)"),
    "dimensions": Words("关系维度", "Dimensions"),
    "technologies": Words("技术类别", "Technology categories"),
    "areas": Words("应用领域", "Application areas"),
    "filter_hint": Words(
        "选中后只显示有此类别的技术关系。",
        "Where any is chosen, only technology relations that have one are shown.",
    ),
    "clear": Words("全部清除", "Clear all"),
    "counts": Words("{nodes} 个节点，{edges} 条关系", "{nodes} nodes, {edges} relations"),
    "picture": Words("{year}年价值网络图", "Picture of the value network of {year}"),
    "canvas": Words(
        "价值网络图。方向键移动，加减键缩放，0 键复位；用查找框选择节点。",
        "The value network. Arrow keys move it, plus and minus zoom, 0 shows all; choose nodes by the search.",
    ),
    "zoom_in": Words("放大", "Zoom in"),
    "zoom_out": Words("缩小", "Zoom out"),
    "reset": Words("显示全部", "Show all"),
    "filters": Words("筛选", "Filters"),
    "nodes": Words("节点", "Nodes"),
    "legend": Words("图例", "Legend"),
    "size_hint": Words("面积表示度数。", "The area shows the degree."),
    "no_webgl": Words(
        "此浏览器不支持 WebGL：显示末年的图片；查找和关系列表仍可使用。",
        "This browser has no WebGL: a picture of the last year is shown. Search and lists of relations work.",
    ),
    "loading": Words("正在载入（需要 JavaScript）…", "Loading (JavaScript is needed) …"),
    "details": Words("节点详情", "The node"),
    "close": Words("关闭", "Close"),
    "kind": Words("类型", "Kind"),
    "in_sample": Words("样本节点", "sample node"),
    "degree": Words("度", "Degree"),
    "degrees": Words("{all}（入 {in}，出 {out}）", "{all} (in {in}, out {out})"),
    "not_shown": Words("在所选年份和筛选下没有关系。", "It has no relation in the chosen year and filters."),
    "entity_page": Words("主体页面", "Page of this entity"),
    "relations": Words("关系", "Relations"),
    "more": Words("再显示 {count} 条", "Show {count} more"),
    "to": Words("至", "to"),
    "from": Words("自", "from"),
    "since": Words("{year}年起", "since {year}"),
    "until_first": Words("{year}年或更早", "{year} or earlier"),
    "facts": Words("事实：{count}", "Facts: {count}"),
    "fact": Words("事实", "Fact"),
    "more_facts": Words("另有 {count} 条事实未列出。", "Facts not listed here: {count}."),
    "no_quote": Words("（无原文）", "(no words quoted)"),
    "undated": Words("未注明日期", "undated"),
    "facts_failed": Words("事实文件无法载入。", "The file of the facts could not be loaded."),
    "no_network": Words("尚无网络：没有关系。", "No network yet: there are no relations."),
}


def words(language: Language) -> dict[str, str]:
    """All words in one language."""
    return {key: one.of(language) for key, one in WORDS.items()}
