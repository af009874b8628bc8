"""Searches of single worlds: what is looked at, and what isn't."""

import re
import time
from pathlib import Path
from typing import Any

import pytest

from interlock.engine import Engine
from interlock.engine.funds import UndecidableError
from interlock.errors import RequestError
from interlock.intents.bounds import MAX_TEXT
from interlock.search.paging import MOST_RESULTS, Page, Paging
from interlock.search.query import Sought, query_of
from interlock.search.search import Answer, Search, search
from support.documents import catalog, policy
from support.searchedrecords import ON_RESOURCES, permitting, search_engine, search_query
from support.strategies import NOW


def _ids(engine: Engine, sought: Sought, **changes: Any) -> list[str]:  # raw JSON
    page = search(engine, search_query(engine, sought, **changes), now=NOW)
    return [found.get("id") or found["name"] for found in page.results]


def test_what_the_catalog_lists_is_found_where_it_is_allowed(tmp_path: Path) -> None:
    engine = search_engine(tmp_path, permitting("resource.properties.owner == intent.principal.id"))
    assert _ids(engine, Sought.SUBJECT) == ["bob"]
    assert _ids(engine, Sought.RESOURCE) == ["10"]
    assert _ids(engine, Sought.ACTION) == []
    assert _ids(engine, Sought.ACTION, resource={"type": "record", "id": "10"}) == ["read", "write"]


@pytest.mark.parametrize(
    "condition",
    [
        "resource.id == '7'",
        "'7' == resource.id",
        "resource.id in ['7', '']",
        "resource.id in {'7': true}",
        "resource.id in variables.some",
        "resource.id in ['7', string(now)]",
        "resource.id in {'7': now, string(now): now}",
        "resource.id == '7' && !(resource.id in resource.properties)",
        "['7'].exists(id, id == resource.id)",
        "(resource.id == '7' || resource.id == 'NUL\\\\u0000') && intent.operation.name == 'read'",
    ],
)
def test_an_id_that_a_policy_names_is_found_though_the_catalog_lacks_it(tmp_path: Path, condition: str) -> None:
    spec = f"{ON_RESOURCES}  variables: [{{name: some, expression: \"intent.context.?some.orValue(['7'])\"}}]\n"
    engine = search_engine(tmp_path, permitting(condition, spec))
    assert _ids(engine, Sought.RESOURCE) == ["7"]
    assert _ids(engine, Sought.RESOURCE, action={"name": "read"}, resource={"type": "record"}) == ["7"]


def test_what_no_request_has_room_for_is_not_found(tmp_path: Path) -> None:
    long = catalog("more", f"  resources: [{{type: record, id: {'x' * 200}}}]\n")
    engine = search_engine(tmp_path, long, permitting("true"))
    assert _ids(engine, Sought.RESOURCE) == ["10", "2", "x" * 200]
    # The rest of the access has fewer characters than 200.
    assert _ids(engine, Sought.RESOURCE, context={"text": "y" * (MAX_TEXT - 200)}) == ["10", "2"]


def test_subjects_and_operations_that_a_policy_names_are_found_too(tmp_path: Path) -> None:
    engine = search_engine(
        tmp_path, permitting("intent.principal.id == 'carol' && intent.operation.name == 'burn'")
    )
    assert _ids(engine, Sought.SUBJECT, action={"name": "burn"}) == ["carol"]
    assert _ids(engine, Sought.ACTION, subject={"type": "user", "id": "carol"}) == ["burn"]


def test_an_id_of_the_open_member_means_nothing(tmp_path: Path) -> None:
    engine = search_engine(tmp_path, permitting("true"))
    for id_ in ("2", "nobody", None):
        assert _ids(engine, Sought.RESOURCE, resource={"type": "record", "id": id_}) == ["10", "2"]
    assert _ids(engine, Sought.ACTION, action={"name": 7}) == ["read", "write"]


def test_an_unknown_type_has_nothing_to_find(tmp_path: Path) -> None:
    engine = search_engine(tmp_path, permitting("true"))
    assert _ids(engine, Sought.SUBJECT, subject={"type": "ghost"}) == []
    assert _ids(engine, Sought.SUBJECT, subject={"type": "robot"}) == ["r2"]


def test_properties_of_the_open_member_are_those_that_are_looked_for(tmp_path: Path) -> None:
    engine = search_engine(tmp_path, permitting("intent.principal.claims.role in ['admin', 'guest']"))
    assert _ids(engine, Sought.SUBJECT) == ["alice", "bob"]
    assert _ids(engine, Sought.SUBJECT, subject={"type": "user", "properties": {"role": "admin"}}) == ["bob"]
    wanted = {"role": "guest", "team": "sales"}
    assert _ids(engine, Sought.SUBJECT, subject={"type": "user", "properties": wanted}) == ["alice"]


def test_tools_that_may_be_called_are_found_by_the_policies_on_tools(tmp_path: Path) -> None:
    # Whoever searches knows no arguments, so what only some of them deny is found, as in a list of tools.
    argued = "tool.class == 'read' && tool.name == 'read' && tool.arguments.path.startsWith('/work')"
    engine = search_engine(tmp_path, permitting(argued, "  area: tools\n"))
    tool = {"resource": {"type": "tool"}, "action": {"name": "tools/call"}}
    assert _ids(engine, Sought.RESOURCE, **tool) == ["files/read"]
    assert _ids(engine, Sought.RESOURCE, **tool, caller={"server": "files"}) == ["read"]
    # The policy names `read`, which the Catalog's pattern gives a class on this server and on no other.
    assert _ids(engine, Sought.RESOURCE, **tool, caller={"server": "web"}) == ["read"]
    assert _ids(engine, Sought.RESOURCE, **tool, caller={"server": "other"}) == []
    refused = {**tool, "action": {"name": "tools/call", "properties": {"path": "/etc"}}}
    assert _ids(engine, Sought.RESOURCE, **refused) == []
    read = {"resource": {"type": "tool", "id": "files/read"}}
    assert _ids(engine, Sought.ACTION, **read) == ["tools/call"]
    assert _ids(engine, Sought.SUBJECT, **read, action={"name": "tools/call"}) == ["alice", "bob"]


def test_tools_that_policies_name_are_found_with_the_servers_that_they_name(tmp_path: Path) -> None:
    named = "tool.server in ['git', 'web'] && tool.name in ['push', 'pull'] && intent.principal.id == 'alice'"
    other = permitting("tool.server == 'other' && tool.name == 'x'", "  area: tools\n", "other")
    engine = search_engine(tmp_path, permitting(named, "  area: tools\n"), other)
    tool = {"resource": {"type": "tool"}, "action": {"name": "tools/call"}}
    assert _ids(engine, Sought.RESOURCE, **tool) == ["git/pull", "git/push", "other/x", "web/pull", "web/push"]
    assert _ids(engine, Sought.RESOURCE, **tool, caller={"server": "git"}) == ["pull", "push"]
    assert _ids(engine, Sought.RESOURCE, **tool, subject={"type": "user", "id": "bob"}) == ["other/x"]


def test_a_search_of_too_many_candidates_is_refused(tmp_path: Path) -> None:
    condition = "tool.server in intent.context.some && tool.name in intent.context.some"
    engine = search_engine(tmp_path, permitting(condition, "  area: tools\n"))
    query = search_query(
        engine,
        Sought.RESOURCE,
        resource={"type": "tool"},
        action={"name": "tools/call"},
        context={"some": [str(number) for number in range(1000)]},
    )
    with pytest.raises(RequestError, match="is about more than 100000 candidates"):
        search(engine, query, now=NOW)


def test_models_that_may_be_called_are_found_by_the_policies_on_models(tmp_path: Path) -> None:
    engine = search_engine(tmp_path, permitting("model.class == 'small'", "  area: models\n"))
    model = {"resource": {"type": "model"}, "action": {"name": "chat"}}
    assert "tiny" in _ids(engine, Sought.RESOURCE, **model)
    assert "gpt-4o" not in _ids(engine, Sought.RESOURCE, **model)
    named = search_engine(tmp_path, permitting("model.name == 'ours-2'", "  area: models\n"))
    assert _ids(named, Sought.RESOURCE, **model) == ["ours-2"]
    assert _ids(engine, Sought.ACTION, resource={"type": "model", "id": "tiny"}) == ["chat", "embeddings"]


def test_a_policy_that_is_not_enforced_prunes_nothing(tmp_path: Path) -> None:
    rules = "    - {name: r, forbid: 'true', message: no}\n"
    engine = search_engine(
        tmp_path, permitting("true"), policy("p", spec=f"{ON_RESOURCES}  enforcement: warn\n", rules=rules)
    )
    assert _ids(engine, Sought.RESOURCE) == ["10", "2"]


def test_a_search_takes_nothing_and_says_so_to_whoever_decides(tmp_path: Path) -> None:
    engine = search_engine(tmp_path, permitting("true"))
    query = search_query(engine, Sought.RESOURCE, caller={"run": {"id": "7"}})
    asking = Search.begun(engine, query, Paging()).page()
    check = next(asking)
    assert (check["dryRun"], check["caller"], check["access"]["resource"]) == (
        True,
        {"run": {"id": "7"}},
        {"type": "record", "id": "10"},
    )
    assert asking.send(Answer.DENIED)["access"]["resource"]["id"] == "2"
    with pytest.raises(StopIteration) as end:
        asking.send(Answer.ALLOWED)
    assert end.value.value == Page(({"type": "record", "id": "2"},), total=1)


def test_a_page_ends_where_its_time_does_and_the_next_goes_on(tmp_path: Path) -> None:
    engine = search_engine(tmp_path, permitting("true"))
    query = search_query(engine, Sought.RESOURCE)
    asking = Search.begun(engine, query, Paging()).page()
    next(asking)
    asking.send(Answer.ALLOWED)
    with pytest.raises(StopIteration) as end:
        asking.send(Answer.OUT_OF_TIME)
    page = end.value.value
    assert ([found["id"] for found in page.results], page.total) == (["10"], None)
    after = search(engine, query, now=NOW, paging=Paging(token=page.next_token))
    assert ([found["id"] for found in after.results], after.next_token, after.total) == (["2"], "", None)


def test_a_search_without_any_time_says_so_instead_of_finding_nothing(tmp_path: Path) -> None:
    engine = search_engine(tmp_path, permitting("true"))
    query = search_query(engine, Sought.RESOURCE)
    with pytest.raises(UndecidableError, match="ran out of time"):
        search(engine, query, now=NOW, until=time.monotonic_ns() - 1)
    asking = Search.begun(engine, query, Paging()).page()
    next(asking)
    with pytest.raises(UndecidableError, match="ran out of time"):
        asking.send(Answer.OUT_OF_TIME)


def test_a_page_looks_at_so_many_candidates_and_no_more(tmp_path: Path) -> None:
    engine = search_engine(tmp_path, permitting("resource.id in intent.context.ids"))
    ids = [f"{number:04}" for number in range(MOST_RESULTS + 5)]
    query = search_query(engine, Sought.RESOURCE, context={"ids": ids})
    first = search(engine, query, now=NOW, paging=Paging(10**9))
    assert (len(first.results), first.total) == (MOST_RESULTS, None)
    rest = search(engine, query, now=NOW, paging=Paging(token=first.next_token))
    assert [found["id"] for found in (*first.results, *rest.results)] == ids


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"subject": None}, "$.access.subject.type"),
        ({"subject": "alice"}, "$.access.subject"),
        ({"subject": {}}, "$.access.subject.type"),
        ({"subject": {"type": "user", "properties": 7}}, "$.access.subject.properties"),
        ({"action": {}}, "$.access.action.name"),
        ({"resource": {"type": "record"}}, "$.access.resource.id"),
    ],
)
def test_all_but_the_open_member_is_as_in_an_evaluation(
    tmp_path: Path, changes: dict[str, Any], path: str
) -> None:
    engine = search_engine(tmp_path)
    with pytest.raises(RequestError) as caught:
        search_query(engine, Sought.SUBJECT, **changes)
    assert caught.value.path == path


@pytest.mark.parametrize("check", [{}, {"access": 7}, {"access": {}, "caller": 7}, {"access": {}, "x": 1}])
@pytest.mark.parametrize("sought", Sought)
def test_what_is_no_search_is_refused(tmp_path: Path, sought: Sought, check: dict[str, Any]) -> None:
    with pytest.raises(RequestError):
        query_of(sought, check, search_engine(tmp_path).context_at(NOW))


def test_the_page_of_searches_shows_one_that_works(monkeypatch: pytest.MonkeyPatch) -> None:
    root = Path(__file__).parents[3]
    page = (root / "docs/reference/search.md").read_text(encoding="utf-8")
    _, code, _ = re.split(r"```(?:python)?\n", page)
    monkeypatch.chdir(root)
    shown: dict[str, Any] = {}
    exec(compile(code, "search.md", "exec"), shown)  # noqa: S102 - it is our own page
    assert len(shown["page"].results) == 4
