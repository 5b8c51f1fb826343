"""The method pages of imputation and treatment: their METHOD lines pass, their tables are full."""

from __future__ import annotations

import re

import pytest
import yaml

from tests.golden.reference import ROOT
from waspada.index.composite import impute, treat
from waspada.instrument.framework import Aggregate, Framework, Indicator

PAGES = [("impute", impute, "composite-imputation.md"), ("treat", treat, "composite-treatment.md")]
FRAMEWORK = Framework(
    tuple(Indicator(code, code, "top") for code in ("LPI", "Flights", "GDP", "Gas", "CO2")),
    (Aggregate("top", "Top", 3, None),),
)


def page(name):
    return (ROOT / "docs/method" / name).read_text("utf-8")


@pytest.mark.parametrize(("kind", "module", "name"), PAGES)
def test_method_lines_of_the_page_have_no_fault(kind, module, name):
    blocks = re.findall(r"^```yaml\n(.*?)^```", page(name), re.MULTILINE | re.DOTALL)
    steps = [step[kind] for block in blocks for step in yaml.safe_load(block)["steps"]]
    assert len(steps) >= 3
    assert [module.check(options, FRAMEWORK) for options in steps] == [[]] * len(steps)


@pytest.mark.parametrize(("kind", "module", "name"), PAGES)
def test_the_page_names_every_recipe_and_parameter(kind, module, name):
    words = set(re.findall(r"`([a-z_]+)(?::[^`]*)?`", page(name)))
    for recipe in module.RECIPES.values():
        assert {recipe.name, *(p.name for p in recipe.parameters)} <= words, recipe.name
