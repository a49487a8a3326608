"""The words of the report's pages, in both languages: headings, kinds of facts, roles, attributes.

Words that a source may bring along unknown (an attribute's name) are shown as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from analytics.exhibits import Language, Words

_PAGE: Final[Mapping[str, Words]] = {
    "title": Words("人工智能产业价值网络报告", "Value network report of the AI industry"),
    "edition": Words("样本版本", "Edition"),
    "contents": Words("目录", "Contents"),
    "report": Words("报告", "Report"),
    "entities": Words("主体", "Entities"),
    "method": Words("方法", "Method"),
    "checks": Words("检查", "Checks"),
    "other_language": Words("English", "中文"),
    "table": Words("表", "Table"),
    "figure": Words("图", "Figure"),
    "data": Words("数据", "Data"),
    "notes": Words("说明", "Notes"),
    "no_rows": Words("尚无数据。", "No data yet."),
    "snapshot_date": Words("最新快照", "Newest snapshot"),
    "no_snapshot": Words("无", "none"),
    "years": Words("年份", "Years"),
    "level": Words("层级", "Level"),
    "known": Words("所知时点", "As known on"),
    "known_now": Words("现在", "now"),
    "sample": Words("样本企业", "Sample companies"),
    "version": Words("软件版本", "Software version"),
    "cell_hint": Words(
        "表中每个数字都链接到其背后的事实、原文与出处。",
        "Every number in a table links to the facts behind it, with the quoted words and where they stand.",
    ),
    "facts": Words("事实", "Facts"),
    "fact": Words("事实", "Fact"),
    "facts_behind": Words("背后的事实", "The facts behind"),
    "cells": Words("由这些事实得出的单元格", "Cells that rest on these facts"),
    "more_cells": Words("另有", "and more:"),
    "undated": Words("未注明日期", "undated"),
    "valid": Words("有效时间", "Holds"),
    "since": Words("起", "since"),
    "quote": Words("原文", "Words there"),
    "source": Words("来源", "Source"),
    "address": Words("网址", "Address"),
    "locator": Words("位置", "Place in it"),
    "read_by": Words("读取方法", "Read by"),
    "confidence": Words("置信度", "Confidence"),
    "seen": Words("首次与最近见到", "First and last seen"),
    "no_longer": Words("此后不再出现", "no longer said since"),
    "snapshot": Words("快照", "Snapshot"),
    "no_evidence": Words("在所选时点没有来源仍在陈述。", "No source was saying it at the chosen time."),
    "meant": Words("即", "meaning"),
    "unresolved": Words("所指未判定", "not resolved"),
    "part": Words("部分", "part"),
    "of_year": Words("有效时间起于", "Valid from"),
    "relations": Words("关系", "Relations"),
    "attributes": Words("属性", "Attributes"),
    "names": Words("来源中的写法", "Names as written"),
    "kind": Words("类型", "Kind"),
    "country": Words("国家/地区", "Country"),
    "layer": Words("技术层次", "Layer"),
    "core_technology": Words("核心技术", "Core technology"),
    "in_network": Words("网络中的角色", "In the network"),
    "in_sample": Words("样本节点", "Sample node"),
    "not_in_sample": Words("关系节点", "Relation node"),
    "date": Words("日期", "Date"),
    "dimension": Words("维度", "Dimension"),
    "direction": Words("方向", "Direction"),
    "partner": Words("对方", "Partner"),
    "to": Words("→ 至", "→ to"),
    "from": Words("← 自", "← from"),
    "attribute": Words("属性", "Attribute"),
    "value": Words("值", "Value"),
    "degree": Words("度", "Degree"),
    "name": Words("名称", "Name"),
    "check": Words("检查项", "Check"),
    "result": Words("结果", "Result"),
    "found": Words("发现", "Found"),
    "passed": Words("通过", "passed"),
    "failed": Words("未通过", "failed"),
    "more_relations": Words("其余关系见下方事实。", "The others are among the facts below."),
    "entities_note": Words(
        "末年网络中度最高的节点，以及各表所列的节点。",
        "The nodes of the last network with the highest degrees, and all that the tables name.",
    ),
    "footer": Words(
        "每个数字均由所引来源计算得出；缺失的数据留空，不计为零。",
        "Every number is computed from the sources cited; what is not known is left empty, never zero.",
    ),
    "definitions": Words("定义", "Definitions"),
    "sample_rule": Words("样本规则", "Rule of the sample"),
    "frozen": Words("已冻结", "frozen"),
    "proposed": Words("提议中，尚未冻结", "proposed, not frozen yet"),
    "sources": Words("来源", "Sources"),
    "publisher": Words("发布者", "Publisher"),
    "licence": Words("许可", "Licence"),
    "unresolved_names": Words("未判定的名称", "Names not resolved"),
    "summary": Words("摘要", "Summary"),
    "search": Words("搜索", "Search"),
    "search_label": Words("搜索主体、图表与单元格", "Search entities, tables, figures and cells"),
    "search_hint": Words(
        "中英文名称、别名，或单元格路径如 table_3/2021/edges；↓↑ 选择，Enter 打开。",
        "Names in either language, other names, or a cell's path such as table_3/2021/edges; "
        "↓↑ choose, Enter opens.",
    ),
    "search_needs_script": Words("搜索需要启用 JavaScript。", "Searching needs JavaScript."),
    "tables_and_figures": Words("图表", "Tables and figures"),
    "cells_word": Words("单元格", "Cells"),
    "no_page": Words("无单独页面", "no page of its own"),
    "nothing_found": Words("没有找到", "Nothing found"),
    "results_found": Words("结果数", "Results:"),
    "loading": Words("正在载入索引……", "loading the index…"),
    "index_missing": Words("索引文件缺失。", "A file of the index is missing."),
    "skip": Words("跳到正文", "Skip to the text"),
    "navigation": Words("导航", "Navigation"),
    "chapters": Words("章节", "Chapters"),
    "in_chapter": Words("本章图表", "In this chapter"),
    "whole": Words("整份报告于一页，供打印", "The whole report on one page, for printing"),
    "supplement": Words("附表", "Supplement"),
    "first_seen": Words("首次见到", "First seen"),
    "last_seen": Words("最近见到", "Last seen"),
    "degree_by_year": Words("各年网络中的度", "Degree in the network, by year"),
    "year": Words("年份", "Year"),
    "in_degree": Words("入度", "In"),
    "out_degree": Words("出度", "Out"),
    "partners_to": Words("→ 对方数", "→ partners"),
    "partners_from": Words("← 对方数", "← partners"),
    "decisions": Words("谁是谁：判定记录", "Who is who: what was decided"),
    "decided_by": Words("判定者", "By"),
    "decision": Words("判定", "Decision"),
    "reason": Words("理由", "Reason"),
    "undone": Words("已撤销", "taken back"),
    "changes": Words("变化", "Changes"),
}  # fmt: skip

KINDS: Final[Mapping[str, Words]] = {
    "name": Words("名称", "Name"),
    "attribute": Words("属性", "Attribute"),
    "link": Words("隶属", "Link"),
    "product": Words("产品备案", "Product"),
    "financing": Words("融资", "Financing"),
    "education": Words("学习经历", "Study"),
    "employment": Words("任职", "Post"),
    "patent": Words("专利", "Patent"),
    "cooperation": Words("技术合作", "Technology relation"),
    "policy": Words("政策", "Policy"),
}

ROLES: Final[Mapping[str, Words]] = {
    "subject": Words("主体", "Subject"),
    "other": Words("对方", "Other"),
    "bearer": Words("备案主体", "Bearer"),
    "target": Words("被投企业", "Company financed"),
    "investor": Words("投资方", "Investor"),
    "lead": Words("领投方", "Lead investor"),
    "person": Words("人物", "Person"),
    "school": Words("学校", "School"),
    "employer": Words("单位", "Employer"),
    "provider": Words("提供方", "Provider"),
    "recipient": Words("接受方", "Recipient"),
    "party": Words("合作方", "Party"),
    "applicant": Words("申请人", "Applicant"),
    "assignee": Words("权利人", "Assignee"),
    "inventor": Words("发明人", "Inventor"),
    "issuer": Words("发布机构", "Issuer"),
}

ENTITY_KINDS: Final[Mapping[str, Words]] = {
    "company": Words("企业", "Company"),
    "university": Words("高校", "University"),
    "research institute": Words("科研院所", "Research institute"),
    "investor": Words("投资机构", "Investor"),
    "government": Words("政府机构", "Government body"),
    "alliance": Words("联盟", "Alliance"),
    "park": Words("园区", "Park"),
    "person": Words("人物", "Person"),
    "other": Words("其他", "Other"),
}

DIMENSION_WORDS: Final[Mapping[str, Words]] = {
    "technology": Words("技术", "Technology"),
    "human_capital": Words("人力资本", "Human capital"),
    "investment": Words("投资", "Investment"),
}

#: Parts of a fact's detail, and names of attributes.
DETAILS: Final[Mapping[str, Words]] = {
    "technologies": Words("技术类别", "Technologies"),
    "applications": Words("应用领域", "Areas"),
    "status": Words("状态", "Status"),
    "event": Words("事件编号", "Event"),
    "field": Words("专业", "Field"),
    "current": Words("在任", "Current"),
    "core": Words("核心人员", "Core person"),
    "attribute": Words("属性", "Attribute"),
    "type": Words("名称类型", "Kind of name"),
    "language": Words("语言", "Language"),
    "register": Words("登记", "Register"),
    "number": Words("编号", "Number"),
    "category": Words("类别", "Category"),
    "products": Words("应用产品", "Products"),
    "use": Words("用途", "Use"),
    "remark": Words("备注", "Remark"),
    "title": Words("标题", "Title"),
    "classes": Words("分类号", "Classes"),
    "published": Words("公开日", "Published"),
    "url": Words("网址", "Address"),
    "layer": Words("技术层次", "Layer"),
    "core_technology": Words("核心技术", "Core technology"),
    "founded": Words("成立时间", "Founded"),
    "industry": Words("行业", "Industry"),
    "industry_tag": Words("行业标签", "Industry tag"),
    "province": Words("省份", "Province"),
    "city": Words("城市", "City"),
    "website": Words("网站", "Website"),
    "staff": Words("员工数", "Staff"),
    "revenue": Words("营业收入", "Revenue"),
}

#: What a fact's value is, by kind.
VALUES: Final[Mapping[str, Words]] = {
    "name": Words("名称", "Name"),
    "attribute": Words("值", "Value"),
    "link": Words("关系", "Relation"),
    "product": Words("产品", "Product"),
    "financing": Words("轮次", "Round"),
    "education": Words("学位", "Degree"),
    "employment": Words("职务", "Post"),
    "patent": Words("专利号", "Number"),
    "cooperation": Words("形式", "Form"),
    "policy": Words("文号", "Number"),
}
AMOUNT: Final = Words("金额", "Amount")


def say(key: str, language: Language) -> str:
    """A word of the pages; KeyError for one that is not there."""
    return _PAGE[key].of(language)


def called(key: str, words: Mapping[str, Words], language: Language) -> str:
    """A kind, role or attribute by its words, or as it is where there are none."""
    return words[key].of(language) if key in words else key
