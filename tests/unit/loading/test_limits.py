"""Limits from documents: every field arrives, measures are of fitting types, and what can't hold is refused."""

from pathlib import Path

import pytest

from interlock.errors import AuthorError
from interlock.loading.policyset import PolicySet, load
from interlock.model.limit import Bounds
from interlock.model.policy import Effect
from support.documents import loaded, messages
from support.limits import OPEN, limits, waiver_of

_TOKENS = "intent.usage.?outputTokens"


def _load(tmp_path: Path, *documents: str) -> PolicySet:
    (tmp_path / "policies.yaml").write_text("---\n".join([OPEN, *documents]))
    return load([tmp_path])


def _problems(tmp_path: Path, *documents: str) -> list[str]:
    try:
        _load(tmp_path, *documents)
    except AuthorError as error:
        return [problem.message for problem in error.problems]
    return []


def test_every_field_of_a_limit_arrives() -> None:
    text = limits("p", f"of: {_TOKENS}, ceiling: 5, floor: '1 + 1', message: too long, remedy: ask")
    (limit,) = loaded(OPEN, text).policies[0].limits
    assert (limit.name, limit.of.text, limit.message, limit.remedy) == ("l0", _TOKENS, "too long", "ask")
    assert limit.constants == Bounds(ceiling=5)
    assert {name: text.text for name, text in limit.computed.items()} == {"floor": "1 + 1"}
    assert [text.text for text in limit.expressions] == [_TOKENS, "1 + 1"]
    assert str(limit.span) == "1.yaml:8:14"


def test_texts_are_bounded_by_lists_and_by_expressions() -> None:
    text = limits("p", "of: intent.kind, allowed: [b, a, b], blocked: intent.principal.groups")
    (limit,) = loaded(OPEN, text).policies[0].limits
    assert limit.constants == Bounds(allowed=frozenset({"a", "b"}))
    assert [*limit.computed] == ["blocked"]


def test_a_policy_may_have_limits_alone(tmp_path: Path) -> None:
    policies = _load(
        tmp_path, limits("p", f"of: {_TOKENS}, ceiling: 5").replace("  limits", "  rules: []\n  limits")
    )
    (compiled,) = policies.compiled
    assert [clause.id.effect for clause in compiled.rules_and_limits] == [Effect.LIMIT]


@pytest.mark.parametrize(
    ("of", "bound", "is_fitting"),
    [
        ("intent.usage.outputTokens", "floor: 1", True),
        (_TOKENS, "floor: 1", True),
        ("intent.object.a", "floor: 1", True),
        ("intent.object.?a", "floor: 1", True),
        ("double(intent.usage.outputTokens)", "floor: 1", False),
        ("uint(intent.usage.outputTokens)", "floor: 1", False),
        ("[intent.usage.outputTokens]", "floor: 1", False),
        ("intent.kind", "blocked: [a]", True),
        ("intent.agent.?model", "blocked: [a]", True),
        ("intent.principal.groups", "blocked: [a]", True),
        ("optional.of(intent.principal.groups)", "blocked: [a]", True),
        ("intent.object.a", "blocked: [a]", True),
        ("[dyn(intent.kind)]", "blocked: [a]", True),
        ("intent.workload.labels", "blocked: [a]", False),
        ("[intent.usage.outputTokens]", "blocked: [a]", False),
        ("optional.of(optional.of(intent.kind))", "blocked: [a]", False),
    ],
)
def test_a_measure_is_of_a_type_that_its_bounds_are_for(
    tmp_path: Path, of: str, bound: str, *, is_fitting: bool
) -> None:
    problems = _problems(tmp_path, limits("p", f"of: '{of}', {bound}"))
    assert (problems == []) is is_fitting
    assert all(problem.startswith("must be ") for problem in problems)


def test_a_measure_of_the_object_has_the_types_of_its_kinds(tmp_path: Path) -> None:
    match = "  match: {kinds: [Deployment, StatefulSet]}\n"
    assert _problems(tmp_path, limits("p", "of: object.spec.?replicas, ceiling: 5", spec=match)) == []
    (problem, _) = _problems(tmp_path, limits("p", "of: object.spec.?replcas, ceiling: 5", spec=match))
    assert "did you mean `replicas`?" in problem


def test_limits_spelt_differently_are_the_same_measure(tmp_path: Path) -> None:
    spellings = ("intent.kind + 'x'", "(intent . kind)+('x')", "intent.kind // the kind\\n + r'x'")
    texts = [f'of: "{text}", blocked: [a]' for text in spellings]
    (compiled,) = _load(tmp_path, limits("p", *texts)).compiled
    assert {limit.bound.of for limit in compiled.limits} == {'intent.kind + "x"'}


def test_limits_that_are_about_different_requests_never_contradict(tmp_path: Path) -> None:
    low, high = f"of: {_TOKENS}, ceiling: 1", f"of: {_TOKENS}, floor: 2"
    chat, embed = "  match: {actions: [model.chat]}\n", "  match: {actions: [model.embed]}\n"
    pods, jobs = "  match: {kinds: [Pod]}\n", "  match: {kinds: [Job]}\n"
    assert len(_problems(tmp_path, limits("a", low), limits("b", high, spec=pods))) == 1
    assert len(_problems(tmp_path, limits("a", low, spec=chat), limits("b", high, spec=jobs))) == 1
    assert _problems(tmp_path, limits("a", low, spec=chat), limits("b", high, spec=embed)) == []
    assert _problems(tmp_path, limits("a", low, spec=pods), limits("b", high, spec=jobs)) == []
    assert _problems(tmp_path, limits("a", low), limits("b", high, spec="  area: models\n")) == []
    assert _problems(tmp_path, limits("a", low), limits("b", f"of: {_TOKENS}, floor: '2'")) == []
    assert _problems(tmp_path, limits("a", low), limits("b", f"of: {_TOKENS}, floor: 1")) == []


def test_a_waiver_may_name_a_limit_at_its_digest() -> None:
    text = limits("p", f"of: {_TOKENS}, ceiling: 5")
    (limit,) = loaded(OPEN, text).policies[0].limits
    assert messages(OPEN, text, waiver_of("p", "l0", limit.digest)) == []
    (stale,) = messages(OPEN, text.replace("5", "6"), waiver_of("p", "l0", limit.digest))
    assert stale.startswith("rule `l0` is now sha256:")
    (unknown,) = messages(OPEN, text, waiver_of("p", "l1", limit.digest))
    assert unknown == "unknown rule `l1` of policy `p`: choose `l0`"
