"""The conformance tests of the language and of Kubernetes, read without the checker."""

import pytest

from interlock.cel.activation import Activation
from interlock.cel.cost.meter import Meter
from interlock.cel.syntax.tokens import UnreadableError
from interlock.cel.untyped.expression import read
from interlock.cel.values import EvaluationError
from support.conformance.cases import CORPORA, KUBERNETES, SPECIFICATION, Case, cases, files
from support.conformance.differences import reasons
from support.conformance.outcome import Failed, differs

pytestmark = pytest.mark.skipif(
    not CORPORA.is_dir(), reason="the third-party test data is not beside this clone"
)

# `math.greatest` and `cel.block` are macros of other extensions. Names of types and variables with dots, the
# sum of no numbers of a type, and the specification's strict `?.` need the checker.
_NEEDS_TYPES = (
    "cel-spec/math_ext/",
    "cel-spec/block_ext/",
    "cel-spec/namespace/",
    "cel-spec/fields/44",
    "cel-spec/fields/45",
    "cel-spec/fields/46",
    "cel-spec/fields/49",
    "cel-spec/network_ext/12-",
    "cel-spec/network_ext/40-",
    "cel-spec/network_ext/68-",
    "cel-spec/optionals/7-",
    "cel-spec/optionals/9-",
    "cel-spec/timestamps/4-",
    "cel-spec/timestamps/7-",
    "kubernetes-cel/cidr/31-",
    "kubernetes-cel/ip/37-",
    "kubernetes-cel/lists/9-",
)

_DIFFERING = reasons()

CASES = [
    case
    for corpus in (SPECIFICATION, KUBERNETES)
    for file in files(corpus)
    for case in cases(corpus, file)
    if case.is_evaluated and case.is_checked and "compile_error" not in case.expect
    if not case.container and case.id not in _DIFFERING and not case.id.startswith(_NEEDS_TYPES)
]


def _outcome(case: Case) -> object:
    """The value of a case, or that it fails."""
    try:
        return read(case.text, case.libraries, case.values).evaluate(Activation(case.values), Meter())
    except (EvaluationError, UnreadableError) as error:
        return Failed(str(error))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_case_has_its_value(case: Case) -> None:
    assert differs(case, _outcome(case)) is None
