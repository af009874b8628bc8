"""Obligations and advice from documents: what is declared, which values fit, and what digests cover."""

from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from interlock.identity import Digest
from interlock.loading.policyset import load
from interlock.model.obligation import Merge, Obligation
from interlock.model.policy import Rule
from interlock.model.vocabulary import Declared, Vocabulary
from support.documents import loaded, messages, policy, policy_set

_DECLARED = """\
  obligations:
    - {name: retention-days, merge: max, description: Keep it.}
    - {name: ttl, merge: min, description: Delete it.}
    - {name: redact, merge: union, description: Take these out.}
    - {name: approvers, merge: intersection, description: One of these.}
    - {name: region, merge: equal, description: Send it there.}
  advice:
    - {name: hint, merge: equal, description: Tell them.}
"""
_SET = policy_set(_DECLARED)


def _obliging(obligations: str = "{}", further: str = "") -> str:
    given = "" if obligations == "{}" else f", obligations: {obligations}"
    return policy(rules=f"    - {{name: some, permit: 'true'{given}{further}}}\n")


def _rule(*texts: str) -> Rule:
    return loaded(*texts).policies[0].rules[0]


def _value(name: str, written: str) -> Any:  # any value
    (given,) = _rule(_obliging(f"{{{name}: {written}}}"), _SET).obligations
    return given.value


def test_what_a_policy_set_declares_arrives_by_name() -> None:
    names = ("approvers", "redact", "region", "retention-days", "ttl")
    merges = (Merge.INTERSECTION, Merge.UNION, Merge.EQUAL, Merge.MAX, Merge.MIN)
    assert loaded(_SET).vocabulary == Vocabulary(
        obligations=tuple(map(Declared, names, merges)),  # type: ignore[arg-type]  # plain texts are names
        advice=(Declared("hint", Merge.EQUAL),),  # type: ignore[arg-type]  # a plain text is a name
    )


def test_nothing_is_declared_without_a_policy_set() -> None:
    assert loaded(policy()).vocabulary == Vocabulary()


def test_what_a_rule_obliges_to_arrives_by_name_with_how_it_merges() -> None:
    found = _rule(_obliging("{ttl: 5, redact: [b, a]}", ", advice: {hint: small}"), _SET)
    assert found.obligations == (
        Obligation("redact", Merge.UNION, frozenset("ab")),  # type: ignore[arg-type]  # a plain text is a name
        Obligation("ttl", Merge.MIN, 5),  # type: ignore[arg-type]  # a plain text is a name
    )
    assert found.advice == (Obligation("hint", Merge.EQUAL, "small"),)  # type: ignore[arg-type]  # likewise


def test_a_limit_obliges_as_a_rule_does() -> None:
    limit = "{name: few, of: intent.models.size(), ceiling: 3, obligations: {ttl: 1}, waivable: false}"
    spec = f"  limits: [{limit}]\n"
    (found,) = loaded(policy(spec=spec), _SET).policies[0].limits
    assert [(each.name, each.value) for each in found.obligations] == [("ttl", 1)]
    assert not found.is_waivable


def test_a_rule_may_be_waived_unless_it_says_otherwise() -> None:
    assert _rule(policy()).is_waivable
    rules = "    - {name: a, forbid: 'true', message: no, waivable: false}\n"
    assert not _rule(policy(rules=rules)).is_waivable


@pytest.mark.parametrize(
    ("name", "written", "value"),
    [
        ("retention-days", "-1", -1),
        ("ttl", "0", 0),
        ("redact", "[a, b, a]", frozenset("ab")),
        ("approvers", "[a]", frozenset("a")),
        ("region", "eu", "eu"),
        ("region", "1", 1),
        ("region", "true", True),
    ],
)
def test_a_value_is_of_the_sort_that_its_merge_merges(name: str, written: str, value: object) -> None:
    found = _value(name, written)
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("retention-days", "[a]"),
        ("retention-days", "true"),
        ("ttl", "soon"),
        ("redact", "1"),
        ("redact", "a"),
        ("approvers", "false"),
        ("region", "[eu]"),
    ],
)
def test_a_value_of_another_sort_is_refused(name: str, written: str) -> None:
    (message,) = messages(_obliging(f"{{{name}: {written}}}"), _SET)
    assert message.startswith(f"obligation `{name}` merges by `")


@pytest.mark.parametrize("order", list(permutations([_obliging("{ttl: 5}"), _SET, policy("other")])))
def test_where_the_policy_set_stands_makes_no_difference(order: tuple[str, ...]) -> None:
    (found,) = [each for each in loaded(*order).policies if each.name == "gpu-quota"]
    assert [each.name for each in found.rules[0].obligations] == ["ttl"]


@pytest.mark.parametrize("broken", [policy_set("  obligations: nothing\n"), "kind: [\n", "apiVersion: x\n"])
def test_where_nobody_knows_what_is_declared_it_is_not_called_unknown(broken: str) -> None:
    found = messages(_obliging("{keep: 5}"), broken)
    assert len(found) == 1
    assert "`keep`" not in found[0]


def _digest(*texts: str) -> Digest:
    return _rule(*texts).digest


def test_a_rule_that_obliges_to_something_else_has_another_digest() -> None:
    texts = [_obliging(), _obliging("{ttl: 5}"), _obliging("{ttl: 6}"), _obliging("{retention-days: 5}")]
    texts += [_obliging("{region: 1}"), _obliging("{region: true}"), _obliging("{region: '1'}")]
    assert len({_digest(text, _SET) for text in texts}) == len(texts)


def test_advice_order_and_whether_it_may_be_waived_are_not_in_the_digest_of_a_rule() -> None:
    same = [_obliging("{redact: [a, b], ttl: 5}"), _obliging("{ttl: 5, redact: [b, a, b]}")]
    same.append(_obliging("{redact: [a, b], ttl: 5}", ", advice: {hint: x}, waivable: false"))
    assert len({_digest(text, _SET) for text in same}) == 1


def test_a_rule_without_obligations_keeps_the_digest_that_waivers_name() -> None:
    assert _digest(policy()) == _digest(policy(), _SET)


def test_the_digest_of_a_set_covers_what_is_declared_and_obliged_to(tmp_path: Path) -> None:
    sets = [
        (_SET, _obliging("{ttl: 5}")),
        (_SET, _obliging("{ttl: 6}")),
        (_SET, _obliging("{ttl: 5}", ", advice: {hint: x}")),
        (_SET.replace("merge: min", "merge: max"), _obliging("{ttl: 5}")),
        (_SET.replace("merge: max", "merge: equal"), _obliging("{ttl: 5}")),
    ]
    digests = set()
    for number, texts in enumerate(sets):
        path = tmp_path / f"{number}.yaml"
        path.write_text("---\n".join(texts))
        digests.add(load([path]).digest)
    assert len(digests) == len(sets)
