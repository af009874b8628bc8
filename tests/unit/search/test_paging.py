from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.errors import RequestError
from interlock.identity import Digest
from interlock.intents.context import ExtractionContext
from interlock.model.catalog import Catalog
from interlock.model.labels import DEFAULT_LABELS
from interlock.search.paging import binding, limit_of, start_of, token_of
from interlock.search.query import Query, Sought, query_of
from interlock.units import Instant
from support.strategies import DIGEST

_CONTEXT = ExtractionContext(Catalog(), DEFAULT_LABELS, Instant(0))
_ACCESS = {
    "subject": {"type": "user", "id": "a"},
    "action": {"name": "read"},
    "resource": {"type": "record", "id": "1"},
}


def _query(sought: Sought = Sought.SUBJECT, **beside: Any) -> Query:  # raw JSON
    return query_of(sought, {"access": _ACCESS, **beside}, _CONTEXT)


def test_a_token_leads_to_where_it_was_made() -> None:
    of = binding(DIGEST, _query())
    for start in (0, 1, 7):
        assert start_of(token_of(start, of), of, 7) == start
    assert start_of("", of, 0) == 0


@pytest.mark.parametrize(
    "other",
    [
        binding(Digest("sha256:" + "1" * 64), _query()),
        binding(DIGEST, _query(Sought.RESOURCE)),
        binding(DIGEST, _query(caller={"run": {"id": "1"}})),
        binding(DIGEST, _query(discharges=["mask"])),
    ],
)
def test_a_token_of_another_search_or_of_other_policies_is_refused(other: Digest) -> None:
    of = binding(DIGEST, _query())
    with pytest.raises(RequestError, match="is of another search, or the policies have changed") as caught:
        start_of(token_of(1, other), of, 7)
    assert caught.value.path == "$.page.token"


@pytest.mark.parametrize(
    ("change", "is_same"),
    [
        ({"subject": {"type": "user", "id": "b"}}, True),
        ({"subject": {"type": "user"}, "page": {"limit": 3}}, True),
        ({"subject": {"type": "robot", "id": "a"}}, False),
        ({"subject": {"type": "user", "properties": {"a": 1}}}, False),
        ({"action": {"name": "write"}}, False),
        ({"resource": {"type": "record", "id": "2"}}, False),
        ({"context": {"hour": 9}}, False),
    ],
)
def test_what_means_nothing_in_a_search_tells_no_searches_apart(
    change: dict[str, Any],
    is_same: bool,  # noqa: FBT001
) -> None:
    other = query_of(Sought.SUBJECT, {"access": _ACCESS | change}, _CONTEXT)
    assert (binding(DIGEST, other) == binding(DIGEST, _query())) is is_same


@pytest.mark.parametrize("start", [-1, 8, 2**63 - 1])
def test_a_token_that_leads_nowhere_is_refused(start: int) -> None:
    of = binding(DIGEST, _query())
    with pytest.raises(RequestError, match=r"`page.token`: is of another search"):
        start_of(token_of(start, of), of, 7)


@pytest.mark.parametrize("token", ["x", "=", "é", "A" * 257, "e30", "W10", "WzEsMl0", "WzEuNSwiYSJd", "\0"])
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(RequestError, match=r"`page.token`: is no token of this service"):
        start_of(token, binding(DIGEST, _query()), 7)


@given(st.text())
def test_any_text_is_refused_as_a_token_and_breaks_nothing(token: str) -> None:
    of = binding(DIGEST, _query())
    if token:
        with pytest.raises(RequestError, match=r"`page.token`"):
            start_of(token, of, 7)


def test_a_page_has_a_limit_and_so_has_the_limit() -> None:
    assert [limit_of(limit) for limit in (1, 1000, 1001, 10**30)] == [1, 1000, 1000, 1000]
    for limit in (0, -1):
        with pytest.raises(RequestError, match=r"`page.limit`: must be a whole number, 1 or more") as caught:
            limit_of(limit)
        assert caught.value.path == "$.page.limit"
