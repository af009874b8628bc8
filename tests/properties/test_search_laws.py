"""A search finds what evaluations allow, in order, and the same however it is paged."""

from itertools import cycle
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from interlock.engine import Engine
from interlock.errors import RequestError
from interlock.intents.check import CheckRequest
from interlock.search.candidates import candidates
from interlock.search.outlook import outlook
from interlock.search.paging import Paging
from interlock.search.query import Query, Sought, query_of
from interlock.search.search import search
from support.searches import IDS, World, everything, queries, worlds
from support.strategies import NOW


def _allowed(engine: Engine, check: CheckRequest) -> bool:
    try:
        return engine.check(check, now=NOW).allowed
    except RequestError:
        return False


def _query(engine: Engine, asked: tuple[Sought, dict[str, Any]]) -> Query:
    return query_of(*asked, engine.context_at(NOW))


@given(worlds(), st.lists(queries(), min_size=1, max_size=6))
def test_a_candidate_is_found_exactly_if_its_evaluation_allows_it(
    world: World, asked: list[tuple[Sought, dict[str, Any]]]
) -> None:
    engine = world.engine()
    for each in asked:
        query = _query(engine, each)
        named = outlook(engine.policies, query, None).named
        expected = [
            found
            for found in candidates(engine.policies.catalog, query, named)
            if _allowed(engine, query.completed(found))
        ]
        assert list(search(engine, query, now=NOW).results) == expected


@given(worlds(), st.lists(queries(), min_size=1, max_size=6))
def test_where_nothing_is_looked_at_nothing_is_allowed(
    world: World, asked: list[tuple[Sought, dict[str, Any]]]
) -> None:
    engine = world.engine()
    for each in asked:
        query = _query(engine, each)
        if outlook(engine.policies, query, None).is_hopeless:
            could = everything(query.sought, query.access)
            assert [found for found in could if _allowed(engine, query.completed(found))] == []


@given(worlds(), queries(), st.lists(st.integers(1, 3), min_size=1))
def test_pages_of_any_size_are_the_whole_one_after_another(
    world: World, asked: tuple[Sought, dict[str, Any]], limits: list[int]
) -> None:
    engine = world.engine()
    query = _query(engine, asked)
    whole = search(engine, query, now=NOW)
    assert (whole.next_token, whole.total) == ("", len(whole.results))
    names = [found.get("id") or found["name"] for found in whole.results]
    assert names == sorted(set(names))
    found: list[dict[str, Any]] = []
    token = ""
    # The catalog that ships has hundreds of models.
    scale = 1 + len(names) // 20
    for limit in cycle(limit * scale for limit in limits):
        page = search(engine, query, now=NOW, paging=Paging(limit, token))
        assert len(page.results) <= limit
        found += page.results
        token = page.next_token
        if not token:
            break
    assert found == list(whole.results)


@given(worlds(), st.sampled_from(IDS))
def test_a_search_finds_the_tools_that_a_list_of_tools_shows(world: World, subject: str) -> None:
    # Where a fact came from is all that a call by AuthZEN and one by MCP differ in.
    assume(not any("provenance" in document for document in world.documents))
    engine = world.engine()
    access = {
        "subject": {"type": "user", "id": subject},
        "action": {"name": "tools/call"},
        "resource": {"type": "tool"},
    }
    query = query_of(Sought.RESOURCE, {"access": access}, engine.context_at(NOW))
    found = {each["id"] for each in search(engine, query, now=NOW).results}
    for tool in ("s/a", "s/b"):
        server, name = tool.split("/")
        listed: CheckRequest = {
            "mcp": {"method": "tools/call", "params": {"name": name}},
            "caller": {"principal": {**query.intent["principal"]}, "server": server},
            "withoutArguments": True,
        }
        assert (tool in found) is _allowed(engine, listed)
