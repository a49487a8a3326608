"""Taxonomies: every file loads, says what the report and the standards say, and faults in a file are named."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import yaml

from pipelines.errors import InputError
from pipelines.taxonomy import FOLDER, load, names, taxonomy
from tests.shared import shared

REPORTED = (
    "technology_categories",
    "application_areas",
    "layers",
    "company_core_technologies",
    "relation_dimensions",
)


@pytest.mark.parametrize("name", names())
def test_every_taxonomy_is_complete(name: str) -> None:
    found = taxonomy(name)
    assert found.name == name
    assert found.version >= 1
    assert found.title_zh
    assert found.title_en
    assert found.source
    assert len(found) == len(found.codes) > 0
    for term in found:
        assert found[term.code] is term
        assert found.find(term.code) is term
        assert found.label(term.code)
        assert found.label(term.code, "en")


@pytest.mark.parametrize("name", REPORTED)
def test_the_names_of_the_report_with_labels_and_definitions(name: str) -> None:
    published = yaml.safe_load(shared("report", "catalogue.yaml").read_text(encoding="utf-8"))["taxonomies"]
    assert list(taxonomy(name).codes) == published[name]
    for term in taxonomy(name):
        assert term.en
        assert term.definition_zh
        assert term.definition_en


def test_counts_of_the_report() -> None:
    assert [len(taxonomy(name)) for name in REPORTED[:3]] == [17, 19, 3]


def test_industries_are_those_of_the_standard() -> None:
    industries = taxonomy("industries")
    with shared("tables", "gbt4754_2017.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["level"] in "12"]
    assert len(rows) == len(industries) == 20 + 97
    for row in rows:
        term = industries[row["code"]]
        # The list cuts long names off.
        assert term.zh.startswith(row["name"])
        assert (term.parent or "") == row["parent"]
    sectors = {
        code: industries[code].attributes["sector"] for code in ("01", "05", "11", "35", "43", "47", "65")
    }
    assert list(sectors.values()) == [
        "primary",
        "tertiary",
        "tertiary",
        "secondary",
        "tertiary",
        "secondary",
        "tertiary",
    ]


def test_find_knows_labels_and_other_names() -> None:
    assert taxonomy("technology_categories").find("５ｇ") is taxonomy("technology_categories")["5G"]
    assert (
        taxonomy("technology_categories").find("computer vision")
        is taxonomy("technology_categories")["计算机视觉"]
    )
    assert taxonomy("provinces").find("广东") is taxonomy("provinces")["44"]
    assert taxonomy("industries").find("教育") is taxonomy("industries")["P"]
    assert taxonomy("layers").find("中间层") is None


def test_unknown_codes_and_taxonomies_name_what_there_is() -> None:
    with pytest.raises(InputError, match="基础层"):
        taxonomy("layers")["中间层"]
    with pytest.raises(InputError, match="layers"):
        taxonomy("../errors")


HEAD = "version: 1\ntitle: {zh: 甲, en: A}\nsource: own\n"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (HEAD + "items: [{code: a}, {code: a}]", "items 2 (a): field code: 'a' is given twice"),
        (
            HEAD + "items: [{code: a, also: [x]}, {code: b, also: [X]}]",
            "items 2 (b): field also: 'X' already names 'a'",
        ),
        (HEAD + "items: [{code: a, parent: z}]", "field parent: 'a' stands under 'z', which is not there"),
        (HEAD + "items: [{code: a, parent: b}, {code: b, parent: a}]", "stands under itself"),
        (
            HEAD + "items: [{code: 11}]",
            "items 1 (11): field code: must be a word (in quotes, if it looks like a number or date), not 11",
        ),
        (HEAD + "items: [{code: a, colour: red}]", "items 1 (a): field colour: not known here"),
        (HEAD + "items: [{zh: a}]", "items 1: field code: missing"),
        (HEAD + "items: [a]", "field items: item 1 is no mapping"),
        ("title: {zh: 甲, en: A}\nsource: own\nitems: []", "field version: missing"),
        (HEAD + "version: 2\nitems: []", "given twice"),
        ("[1]", "must be a mapping"),
        ("a: [", "cannot be read as YAML"),
        ("!!python/object/apply:os.getcwd []", "cannot be read as YAML"),
    ],
)
def test_faults_are_named(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "trial.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load(path)
    assert complaint in str(caught.value)
    assert "trial.yaml" in str(caught.value)


def test_every_file_of_the_folder_is_a_taxonomy() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(names())
