"""The facts of the sample web: where each was taken from, and what is refused."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from pathlib import Path

import pytest

from crawlers.sample_web.model import World
from crawlers.sample_web.world import FACTS, INVENTED, load_world, world
from pipelines.errors import InputError
from pipelines.taxonomy import taxonomy
from tests.shared import shared


@pytest.fixture(scope="module")
def facts() -> World:
    return world()


def test_size_of_the_sample(facts: World) -> None:
    assert sum(one.sample for one in facts.organisations.values()) >= 80
    assert len(facts.rounds) >= 120
    relations = sum(len(one.recipients) or len(one.parties) - 1 for one in facts.cooperation)
    assert relations >= 150
    assert len(facts.people) >= 40


def test_every_year_category_and_area_has_cooperation(facts: World) -> None:
    assert {one.when.day.year for one in facts.cooperation} == set(range(2014, 2022))
    seen = {tech for one in facts.cooperation for tech in one.technologies}
    assert seen == {term.code for term in taxonomy("technology_categories")}
    areas = {area for one in facts.cooperation for area in one.applications}
    assert areas == {term.code for term in taxonomy("application_areas")}


def test_every_year_has_a_person_starting(facts: World) -> None:
    assert {one.start for one in facts.people if one.end is None} == set(range(2014, 2022))


def test_every_person_is_invented_and_says_so(facts: World) -> None:
    assert all(one.person[1:] in INVENTED for one in facts.people)
    assert "虚构" in facts.people_note


def test_no_invented_person_is_a_real_executive(facts: World) -> None:
    with shared("tables", "ashare_executives.csv").open(encoding="utf-8-sig", newline="") as rows:
        real = {row["name"] for row in csv.DictReader(rows)}
    assert len(real) > 10_000
    assert not real & {one.person for one in facts.people}


def test_early_rounds_are_rows_of_the_table(facts: World) -> None:
    table: dict[str, dict[str, str]] = {}
    for year in range(2010, 2015):
        path = shared("tables", f"investment_events_{year}.csv")
        with path.open(encoding="utf-8-sig", newline="") as rows:
            table.update((row["event_id"], row) for row in csv.DictReader(rows))
    early = [one for one in facts.rounds if one.source.startswith("financing data")]
    assert len(early) >= 100
    for one in early:
        row = table[one.event]
        told = (one.when.iso, one.target, one.full, one.round, one.amount, one.industries)
        names = ("date", "investee_shortname", "investee_fullname", "series", "amount", "industries")
        assert told == tuple(row[name] for name in names)
        assert ",".join(one.investors) == ("" if row["investor_number"] == "0" else row["investor_names"])
        assert one.source.endswith(one.event)


def test_ids_of_financing_belong_to_one_organisation(facts: World) -> None:
    bearers: dict[tuple[str, str], set[str]] = {}
    for one in facts.rounds:
        bearers.setdefault(("company", one.target_id), set()).add(facts.name_of[one.target])
        for name, own in zip(one.investors, one.investor_ids, strict=True):
            bearers.setdefault(("investor", own), set()).add(facts.name_of[name])
    assert [key for key, found in bearers.items() if len(found) > 1] == []


def test_no_article_is_written_twice(facts: World) -> None:
    numbers = Counter(one.number for one in facts.cooperation)
    numbers.update(one.number for one in facts.quiet)
    numbers.update(one.article for one in facts.rounds if one.article)
    assert set(numbers.values()) == {1}
    assert sorted(numbers) == list(range(1, len(numbers) + 1))


def test_units_and_subsidiaries_have_heads(facts: World) -> None:
    assert facts.organisations["aliyun"].parent == "alibaba"
    assert facts.organisation("腾讯云").relation == "unit"
    assert facts.organisation("红杉中国") is facts.organisation("红杉资本中国")
    assert facts.organisation("中国信通院") is facts.organisation("中国信息通信研究院")
    assert facts.organisation("蚂蚁金服") is facts.organisation("蚂蚁集团")


def test_an_unknown_name_is_an_error(facts: World) -> None:
    with pytest.raises(InputError, match="no organisation bears the name '无名公司'"):
        facts.organisation("无名公司")


FAULTS = {
    "an organisation nobody knows": ("cooperation.yaml", "from: 徕卡, ", "from: 徕卡相机, ", "徕卡相机"),
    "a category of no taxonomy": ("cooperation.yaml", "tech: [光电技术], ", "tech: [光电], ", "光电"),
    "an area of no taxonomy": ("cooperation.yaml", "area: [智能硬件], ", "area: [硬件], ", "area"),
    "a day that is none": ("cooperation.yaml", "date: 2016-02-25,", 'date: "2016-02-30",', "date"),
    "a kind that is none": ("cooperation.yaml", "kind: licence,", "kind: gift,", "kind"),
    "no source": ("cooperation.yaml", 'source: "common knowledge: ', 'source: "', "source"),
    "a field that is not known": ("cooperation.yaml", "kind: licence,", "kind: licence, mood: good,", "mood"),
    "a name of two bearers": ("organisations.yaml", "name: 依图科技,", "name: 云知声,", "云知声"),
    "a broken identifier": ("organisations.yaml", "03vs3wt56, sample", "03vs3wt57, sample", "ror"),
    "a parent nobody knows": ("organisations.yaml", "parent: 百度,", "parent: 千度,", "千度"),
    "a layer that is none": ("organisations.yaml", "layer: 技术层,", "layer: 技艺层,", "layer"),
    "a person who may be real": ("people.yaml", "person: 林示例,", "person: 林建国,", "person"),
    "people not said to be invented": ("people.yaml", "source: invented", "source: common", "note"),
    "a study after the post": ("people.yaml", "start: 2014, studies", "start: 2001, studies", "start"),
    "an investor nobody knows": ("financing.yaml", "[厚朴投资, 银湖资本", "[厚朴投资, 金湖资本", "金湖"),
    "a filing number that is none": ("products.yaml", "number: 网信算备", "number: 网信", "number"),
    "an entry of no organisation": ("registry.yaml", "organisation: baidu", "organisation: badu", "badu"),
}


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_faults_name_file_and_field(fault: str, tmp_path: Path) -> None:
    name, right, wrong, told = FAULTS[fault]
    folder = shutil.copytree(FACTS, tmp_path / "facts")
    text = (folder / name).read_text(encoding="utf-8")
    assert right in text
    (folder / name).write_text(text.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_world(folder)
    assert caught.value.where.startswith(name)
    assert told in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    folder = shutil.copytree(FACTS, tmp_path / "facts")
    (folder / "people.yaml").unlink()
    with pytest.raises(InputError, match=r"people\.yaml"):
        load_world(folder)
