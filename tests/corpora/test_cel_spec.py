"""The conformance tests of the language and of Kubernetes; `differences.toml` lists what is known to differ."""

import pytest

from support.conformance import page
from support.conformance.cases import CORPORA, KUBERNETES, SPECIFICATION, Case, cases, files
from support.conformance.differences import known, reasons
from support.conformance.outcome import difference

pytestmark = pytest.mark.skipif(
    not CORPORA.is_dir(), reason="the third-party test data is not beside this clone"
)

CASES = [
    case for corpus in (SPECIFICATION, KUBERNETES) for file in files(corpus) for case in cases(corpus, file)
]
REASONS = reasons()


@pytest.mark.parametrize("case", [case for case in CASES if case.id not in REASONS], ids=lambda case: case.id)
def test_cel_conformance(case: Case) -> None:
    assert difference(case) is None


@pytest.mark.parametrize("case", [case for case in CASES if case.id in REASONS], ids=lambda case: case.id)
def test_a_case_that_is_listed_still_differs(case: Case) -> None:
    assert difference(case) is not None, "it passes now: take it off the list"


def test_only_cases_that_there_are_are_listed_and_none_twice() -> None:
    listed = [case for each in known() for case in each.cases]
    assert set(listed) <= {case.id for case in CASES}
    assert len(listed) == len(set(listed))


def test_the_page_of_the_reference_is_current() -> None:
    assert page.PATH.read_text(encoding="utf-8") == page.page(), "renew it: make conformance"
