"""An exported policy denies exactly what the policy denies alone, and says the same."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from interlock.errors import AuthorError
from interlock.model.verdict import Verdict
from support.exportable import REVIEWS, policies
from support.exporting import WIDGETS, Pair, loaded, paired


@st.composite
def _pairs(draw: st.DrawFn) -> Pair:
    try:
        found = paired(loaded(draw(policies())))
    except AuthorError:
        found = None
    assume(found is not None)
    assert found is not None
    return found


def _said(found: Pair, asked: dict[str, Any]) -> tuple[list[list[str]], list[list[str]], bool]:
    """What both deny, warn and audit, of each of our rules the first; and whether one of them can't tell."""
    decision, ruling = found.ours(asked), found.theirs(asked)
    ours = [sorted(_first(part)) for part in (decision.denials, decision.warnings, decision.audits)]
    theirs = [
        sorted(each.message for each in part) for part in (ruling.denials, ruling.warnings, ruling.audited)
    ]
    every = (*decision.denials, *decision.warnings, *decision.audits, *decision.errors, *decision.tried)
    return ours, theirs, any(verdict.error for verdict in every)


def _first(violations: Iterable[Verdict]) -> Iterable[str]:
    first: dict[str, str] = {}
    for verdict in sorted(violations, key=_number):
        first.setdefault(verdict.rule.rule, verdict.message)
    return first.values()


def _number(verdict: Verdict) -> int:
    """The number of the verdict's item."""
    return int("".join(filter(str.isdigit, verdict.item)) or 0)


def _agree(found: Pair) -> None:
    for asked in REVIEWS:
        ours, theirs, is_errored = _said(found, asked)
        assert [*map(bool, ours)] == [*map(bool, theirs)], asked
        # What is said of errors is each engine's own.
        assert is_errored or ours == theirs, asked


@given(_pairs())
def test_an_exported_policy_decides_and_says_the_same(found: Pair) -> None:
    _agree(found)


@pytest.mark.parametrize("on_error", ["deny", "ignore"])
@pytest.mark.parametrize("effect", ["require", "forbid"])
@pytest.mark.parametrize(
    ("kinds", "expression", "when"),
    [
        ("[Widget]", "has(object.spec.inner.word)", "true"),
        ("[Widget]", "has(object.spec.inner.word) && object.spec.inner.word == 'web'", "true"),
        ("[Widget]", "object.spec.flag", "true"),
        ("[Widget]", "object.metadata.name == 'web'", "object.spec.flag"),
        ("[Widget]", "'search' in object.spec.words", "has(object.spec.word)"),
        ("[Deployment, Job]", "intent.attribution.team == 'search'", "true"),
        ("[Deployment, Job]", "has(intent.attribution.team)", "intent.agent.name == 'web'"),
        ("[Deployment, Pod]", "has(intent.agent.version)", "true"),
        ("[Deployment, Pod]", "intent.agent.version == 'search'", "has(intent.agent)"),
        ("[Deployment, Pod]", "intent.workload.name == 'web'", "intent.workload.labels['app'] == 'app'"),
        ("[Deployment, Widget]", "intent.workload.kind == 'Deployment'", "has(intent.workload.annotations)"),
        ("[Deployment, Widget]", "has(intent.subresource)", "true"),
        ("[Pod]", "intent.principal.type == 'user'", "intent.workload.namespace != 'search'"),
        ("[Job]", "intent.principal.groups[0] == 'search'", "intent.action != 'workload.delete'"),
        ("[Job]", "has(intent.principal.claims.scope)", "has(intent.principal.groups)"),
        ("[Job]", "object.metadata.labels.`a-b` == 'search'", "has(object.metadata.labels.`a-b`)"),
    ],
)
def test_a_policy_that_fails_in_its_own_way_fails_so_in_kubernetes(
    kinds: str, expression: str, when: str, effect: str, on_error: str
) -> None:
    text = f"""\
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {{name: drawn}}
spec:
  layer: team
  onError: {on_error}
  description: Written.
  match: {{kinds: {kinds}, when: "{when}"}}
  rules:
    - name: r
      {effect}: "{expression}"
      messageExpression: "'not ' + intent.workload.name"
"""
    found = paired(loaded(text + WIDGETS))
    assert found is not None
    _agree(found)


@pytest.mark.parametrize(
    "expression",
    [
        "has(image.digest)",
        "image.tag == '2'",
        "image.registry + '/' + image.repository == 'docker.io/library/nginx'",
    ],
)
@pytest.mark.parametrize("when", ["true", "image.registry != 'unknown'", "has(image.tag)", "image.tag == '2'"])
def test_what_is_said_of_images_is_said_of_the_first(expression: str, when: str) -> None:
    text = f"""\
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {{name: drawn}}
spec:
  layer: team
  area: images
  description: Written.
  match: {{kinds: [Deployment, Job, Pod], when: "{when}"}}
  variables: [{{name: shown, expression: "'image ' + image.reference"}}]
  rules:
    - {{name: r, require: {expression}, messageExpression: variables.shown}}
"""
    found = paired(loaded(text))
    assert found is not None
    _agree(found)
