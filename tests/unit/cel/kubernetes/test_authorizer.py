"""Questions to an authorizer, and its answers."""

import pytest

from interlock.cel.libraries.kubernetes.authorizer import (
    AUTHZ,
    AUTHZ_ERRORS,
    AUTHZ_SELECTORS,
    Answer,
    Attributes,
    Authorizer,
    ServiceAccount,
)
from interlock.cel.types import CelType
from support.grants import ANY, Grant, granting
from support.libraries import Expressions

LIBRARY = Expressions(
    (AUTHZ, AUTHZ_ERRORS, AUTHZ_SELECTORS), {"authorizer": CelType("kubernetes.authorization.Authorizer")}
)


def asked(text: str) -> Attributes:
    """What the expression asks."""
    questions: list[Attributes] = []

    def authorize(attributes: Attributes) -> Answer:
        questions.append(attributes)
        return Answer(is_allowed=True)

    assert LIBRARY.value(f"{text}.allowed()", authorizer=Authorizer(authorize)) is True
    return questions[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("path('/healthz').check('get')", Attributes(verb="get", path="/healthz")),
        ("group('').resource('pods').check('list')", Attributes(verb="list", resource="pods")),
        (
            "group('apps').resource('deployments').subresource('scale').namespace('a').name('b').check('update')",
            Attributes(
                verb="update",
                group="apps",
                resource="deployments",
                subresource="scale",
                namespace="a",
                name="b",
            ),
        ),
        (
            "group('').resource('pods').fieldSelector('a=b').labelSelector('c in (d)').check('list')",
            Attributes(verb="list", resource="pods", field_selector="a=b", label_selector="c in (d)"),
        ),
        (
            "serviceAccount('kube-system', 'a.b').path('/').check('get')",
            Attributes(verb="get", path="/", service_account=ServiceAccount("kube-system", "a.b")),
        ),
        ("group('').resource('pods').name('a').name('').check('get')", Attributes(verb="get", resource="pods")),
    ],
)
def test_an_expression_builds_a_question(text: str, expected: Attributes) -> None:
    assert asked(f"authorizer.{text}") == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("path('')", "path must not be empty"),
        ("path('  ')", "path must not be empty"),
        ("group('').resource(' ')", "resource must not be empty"),
        ("serviceAccount('A', 'b')", "invalid service account namespace"),
        ("serviceAccount('a.b', 'b')", "invalid service account namespace"),
        ("serviceAccount('a', 'B')", "invalid service account name"),
    ],
)
def test_a_question_without_its_subject_is_an_error(text: str, said: str) -> None:
    assert LIBRARY.error(f"authorizer.{text}", authorizer=granting([])) == said


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(is_allowed=True), [True, False, "", ""]),
        (Answer(is_allowed=False, reason="no rule"), [False, False, "no rule", ""]),
        (Answer(is_allowed=False, error="timed out"), [False, True, "", "timed out"]),
    ],
)
def test_an_answer_has_a_reason_or_an_error(answer: Answer, expected: list[object]) -> None:
    check = "authorizer.path('/').check('get')"
    # An expression can pay for two checks.
    parts = [f"{check}.{part}()" for part in ("allowed", "errored", "reason", "error")]
    assert [LIBRARY.value(part, authorizer=Authorizer(lambda _: answer)) for part in parts] == expected


GRANTS = [
    Grant(
        verb="create", resource="pods", namespace="default", answer=Answer(is_allowed=False, reason="closed")
    ),
    Grant(verb="create", resource="pods", namespace=ANY),
    Grant(verb="get", path="/healthz"),
    Grant(group="apps", resource=ANY, subresource=ANY, service_account=ServiceAccount("a", "b")),
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("group('').resource('pods').namespace('default').check('create')", False),
        ("group('').resource('pods').namespace('other').name('x').check('create')", True),
        ("group('').resource('pods').namespace('other').subresource('exec').check('create')", False),
        ("group('').resource('pods').namespace('other').check('delete')", False),
        ("path('/healthz').check('get')", True),
        ("path('/metrics').check('get')", False),
        ("group('apps').resource('deployments').check('get')", False),
        (
            "serviceAccount('a', 'b').group('apps').resource('deployments').subresource('scale').check('get')",
            True,
        ),
        ("serviceAccount('a', 'c').group('apps').resource('deployments').check('get')", False),
    ],
)
def test_a_table_answers_by_its_first_grant(text: str, expected: bool) -> None:  # noqa: FBT001  # a table
    assert LIBRARY.value(f"authorizer.{text}.allowed()", authorizer=granting(GRANTS)) is expected


@pytest.mark.parametrize(
    "text",
    [
        "authorizer.check('get')",
        "authorizer.group('').check('get')",
        "authorizer.resource('pods')",
        "authorizer.path('/').namespace('a')",
        "authorizer.group('').resource('pods').allowed()",
    ],
)
def test_a_question_is_built_in_its_order(text: str) -> None:
    assert not LIBRARY.accepts(text)
