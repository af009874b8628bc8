"""The library in policies/: it loads, its tests pass and reach every rule, and its pages say what is so."""

from functools import cache, partial
from itertools import groupby
from pathlib import Path

import pytest
import re2

from interlock.cel.environment import Evaluator
from interlock.loading.policyset import PolicySet, load
from interlock.model.area import Area
from interlock.model.policy import Effect, Enforcement, Policy
from interlock.policytest.read import read_suites
from interlock.policytest.run import Report, run
from support.pages import links

_LIBRARY = Path(__file__).parents[2] / "policies"
_SHARED = (_LIBRARY / "catalog.yaml", _LIBRARY / "policyset.yaml")
_FOLDERS = sorted(path.parent for path in _LIBRARY.glob("*/*/policy.yaml"))
_AREAS = {"budgets", "tools", "models", "accelerators", "compliance"}

_EXCERPT = re2.compile(r"(?ms)^```yaml\n(.*?)^```$")

_each_folder = pytest.mark.parametrize("folder", _FOLDERS, ids=lambda folder: folder.name)


@cache
def _set() -> PolicySet:
    return load([_LIBRARY])


def _policies() -> tuple[Policy, ...]:
    return _set().policies


@cache
def _report(evaluator: Evaluator = Evaluator.INTERLOCK) -> Report:
    return run(read_suites([_LIBRARY]), lambda _suite, _case: True, partial(load, evaluator=evaluator))


def test_each_part_of_the_library_has_three_policies_or_more() -> None:
    parts = groupby(folder.parent.name for folder in _FOLDERS)
    counts = {part: len(list(members)) for part, members in parts}
    assert counts.keys() == _AREAS
    assert min(counts.values()) >= 3


@_each_folder
def test_a_policy_comes_with_its_tests_and_a_page(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {"policy.yaml", "tests.yaml", "README.md"}


@_each_folder
def test_a_policy_loads_alone(folder: Path) -> None:
    policies = load([folder, *_SHARED]).policies
    assert policies[0].name == folder.name
    assert all(policy.name.startswith(folder.name) for policy in policies)


def test_the_library_shows_every_effect_enforcement_layer_and_area() -> None:
    policies = _policies()
    clauses = [clause for compiled in _set().compiled for clause in compiled.rules_and_limits]
    assert {clause.id.effect for clause in clauses} == set(Effect)
    assert {policy.enforcement for policy in policies} == set(Enforcement)
    assert {policy.layer for policy in policies} == {"organization", "platform", "team", "agent"}
    assert {policy.area for policy in policies} == set(Area)


def test_every_denial_says_what_to_do() -> None:
    silent = [
        f"{clause.id.policy}/{clause.id.rule}"
        for compiled in _set().compiled
        for clause in compiled.rules_and_limits
        if clause.id.effect is not Effect.PERMIT and not clause.remedy
    ]
    assert silent == []


@pytest.mark.parametrize("evaluator", Evaluator)
def test_all_tests_of_the_library_pass_on_each_evaluator(evaluator: Evaluator) -> None:
    failures = [
        f"{trial.case.span(*failure.place)}: expected {failure.expected}, got {failure.came}"
        for trial in _report(evaluator).trials
        for failure in trial.failures
    ]
    assert failures == []


def test_every_suite_is_called_like_its_policy() -> None:
    assert sorted({trial.suite.name for trial in _report().trials}) == sorted(f.name for f in _FOLDERS)


def test_the_tests_make_every_rule_true_and_false() -> None:
    rules = _report().coverage
    assert len(rules) == sum(len(policy.rules_and_limits) for policy in _policies())
    missing = [
        f"{covered.rule.policy}/{covered.rule.rule}: true {covered.true}, false {covered.false}"
        for covered in rules
        if not (covered.true and covered.false)
    ]
    assert missing == []


@_each_folder
def test_what_a_page_quotes_stands_in_its_policy(folder: Path) -> None:
    quoted = _EXCERPT.findall((folder / "README.md").read_text(encoding="utf-8"))
    policy = (folder / "policy.yaml").read_text(encoding="utf-8")
    assert quoted
    assert [excerpt for excerpt in quoted if excerpt not in policy] == []


def test_the_index_lists_every_policy() -> None:
    listed = {path.parent for path in links(_LIBRARY / "README.md") if path.name == "README.md"}
    assert listed >= set(_FOLDERS)
