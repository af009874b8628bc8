from typing import Any

import pytest
from pydantic import TypeAdapter

from interlock.errors import RequestError
from interlock.intents.access import from_access
from interlock.intents.check import CheckRequest, changeable_call, from_check
from interlock.intents.context import ExtractionContext
from interlock.intents.extract import extract
from interlock.model.catalog import Catalog
from interlock.model.entities import EntityEntry
from interlock.model.intent import Intent
from interlock.model.labels import DEFAULT_LABELS
from interlock.units import Instant
from support.intents import CONTEXT, recorded

_INTENTS: TypeAdapter[Intent] = TypeAdapter(Intent)


def _body(**changes: Any) -> dict[str, Any]:  # raw JSON
    return {
        "subject": {"type": "user", "id": "alice"},
        "action": {"name": "read"},
        "resource": {"type": "record", "id": "record-1"},
        **changes,
    }


def _access(body: dict[str, Any], **caller: Any) -> Intent:  # raw JSON
    return from_access(body, caller, CONTEXT)  # type: ignore[arg-type]  # raw JSON


def test_a_recorded_access_gives_all_its_facts() -> None:
    request: CheckRequest = recorded("access/record.json")
    intent = from_check(request, CONTEXT)
    assert (intent["action"], intent["kind"]) == ("resource.access", "record")
    assert intent["principal"] == {
        "id": "alice",
        "type": "user",
        "groups": ["staff", "writers"],
        "claims": {"department": "sales", "groups": ["staff", "writers"]},
    }
    assert intent["operation"] == {"name": "delete", "properties": {"soft": True}}
    assert intent["resources"] == [
        {"type": "record", "id": "record-1", "properties": {"status": "active"}, "source": "resource"}
    ]
    assert intent["context"] == {"ip": "192.0.2.7"}
    assert intent["object"] == request["access"]
    assert (intent["agent"]["name"], intent["run"]["id"]) == ("archivist", "run-9")
    assert (intent["attribution"], intent["discharges"]) == ({"team": "sales"}, ["notify"])
    _INTENTS.validate_python(intent, strict=True)


def test_what_an_access_says_came_from_its_members() -> None:
    found = from_check(recorded("access/record.json"), CONTEXT)["provenance"]
    assert found["principal.id"] == "subject.id"
    assert found["principal.claims.department"] == "subject.properties.department"
    assert found["operation.name"] == "action.name"
    assert found["attribution.team"] == "caller.attribution.team"


def test_what_an_access_leaves_out_is_empty() -> None:
    for intent in (_access(_body()), _access(_body(context=None))):
        assert intent["principal"] == {"id": "alice", "type": "user", "groups": [], "claims": {}}
        assert intent["operation"] == {"name": "read", "properties": {}}
        assert (intent["resources"][0]["properties"], intent["context"]) == ({}, {})


def test_members_that_authzen_does_not_have_are_ignored() -> None:
    subject = {"type": "user", "id": "alice", "email": "a@example.com"}
    found = _access(_body(subject=subject, evaluations=7, options=[]))
    assert found["principal"] == _access(_body())["principal"]


@pytest.mark.parametrize("groups", ["staff", {"staff": True}, ["staff", 7], None])
def test_groups_that_are_no_list_of_texts_are_a_claim_and_no_groups(groups: Any) -> None:  # raw JSON
    subject = {"type": "user", "id": "alice", "properties": {"groups": groups}}
    principal = _access(_body(subject=subject))["principal"]
    assert (principal["groups"], principal["claims"]) == ([], {"groups": groups})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"subject": None}, "`subject`: must be an object"),
        ({"subject": "alice"}, "`subject`: must be an object"),
        ({"subject": {"type": "user"}}, "`subject.id`: must be a string that is not empty"),
        ({"subject": {"id": "alice"}}, "`subject.type`: must be a string that is not empty"),
        ({"subject": {"type": "user", "id": ""}}, "`subject.id`: must be a string that is not empty"),
        ({"subject": {"type": "u", "id": "a", "properties": []}}, "`subject.properties`: must be an object"),
        ({"action": None}, "`action`: must be an object"),
        ({"action": {}}, "`action.name`: must be a string that is not empty"),
        ({"action": {"name": 123}}, "`action.name`: must be a string"),
        ({"action": {"name": "read", "properties": 1}}, "`action.properties`: must be an object"),
        ({"resource": None}, "`resource`: must be an object"),
        ({"resource": {"type": "record"}}, "`resource.id`: must be a string that is not empty"),
        ({"resource": {"id": "record-1"}}, "`resource.type`: must be a string that is not empty"),
        ({"context": "x"}, "`context`: must be an object"),
        ({"context": {"x": "\0"}}, "`context.x`: holds a string with NUL"),
    ],
)
def test_an_access_that_lacks_something_is_refused_where_it_lacks_it(
    changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(RequestError) as caught:
        _access(_body(**changes))
    assert str(caught.value) == message
    place = message.partition("`:")[0].strip("`")
    assert caught.value.path == f"$.{place}"
    with pytest.raises(RequestError) as caught:
        from_check({"access": _body(**changes)}, CONTEXT)
    assert caught.value.path == f"$.access.{place}"


@pytest.mark.parametrize(
    ("caller", "message"),
    [
        ({"principal": {"id": "bob"}}, "`caller.principal`: the subject says who asks, so leave it out"),
        ({"server": "s"}, "`caller.server`: an access goes to no tool server, so leave it out"),
        ({"tool": {}}, "`caller.tool`: an access calls no tool, so leave it out"),
    ],
)
def test_a_caller_says_nothing_that_the_access_says_itself(caller: dict[str, Any], message: str) -> None:
    with pytest.raises(RequestError) as caught:
        from_check({"access": _body(), "caller": caller}, CONTEXT)  # type: ignore[typeddict-item]  # raw JSON
    assert str(caught.value) == message
    assert caught.value.path == f"$.{message.partition('`:')[0].strip('`')}"


def test_an_access_is_known_by_its_shape() -> None:
    assert extract(_body(), CONTEXT) == _access(_body())
    assert extract({"access": _body()}, CONTEXT) == _access(_body())


def test_nothing_of_an_access_is_changed() -> None:
    request: CheckRequest = {"access": _body(), "appliesPatches": True}
    assert changeable_call(request) is None
    with pytest.raises(RequestError, match="`appliesPatches`: nothing of `access` is changed, so leave it out"):
        from_check(request, CONTEXT)


def test_a_stated_access_accesses_something_if_only_something_unknown() -> None:
    (found,) = from_check({"intent": {"action": "resource.access"}}, CONTEXT)["resources"]
    assert found == {"type": "unknown", "id": "unknown", "properties": {}, "source": "intent"}


def test_a_stated_resource_has_an_id_and_a_stated_operation_a_name() -> None:
    for stated, message in (
        ({"resources": [{"id": ""}]}, r"`intent.resources\[0\].id`: must be a string that is not empty"),
        ({"resources": [{"type": "record"}]}, r"`intent.resources\[0\]`: lacks the key `id`"),
        ({"operation": {}}, "`intent.operation`: lacks the key `name`"),
        ({"resources": [{"id": "1"}] * 1001}, "names more than 1000 resources"),
    ):
        with pytest.raises(RequestError, match=message):
            from_check({"intent": {"action": "resource.access", **stated}}, CONTEXT)


_KNOWING = ExtractionContext(
    Catalog(
        subjects=(EntityEntry(type="user", id="alice", properties={"role": "guest", "groups": ["staff"]}),),
        resources=(EntityEntry(type="record", id="record-1", properties={"status": "active", "owner": "bob"}),),
    ),
    DEFAULT_LABELS,
    Instant(0),
)


def test_what_the_catalog_knows_fills_in_what_an_access_does_not_say() -> None:
    intent = from_access(_body(), {}, _KNOWING)
    assert intent["principal"]["claims"] == {"role": "guest", "groups": ["staff"]}
    assert intent["principal"]["groups"] == ["staff"]
    assert intent["resources"][0]["properties"] == {"status": "active", "owner": "bob"}
    provenance = intent["provenance"]
    assert provenance["principal.claims.role"] == 'catalog.subjects["user/alice"].properties.role'
    assert (
        provenance["resources[0].properties.owner"] == 'catalog.resources["record/record-1"].properties.owner'
    )


def test_what_an_access_says_itself_counts_first() -> None:
    body = _body(
        subject={"type": "user", "id": "alice", "properties": {"role": "admin", "groups": None}},
        resource={"type": "record", "id": "record-1", "properties": {"status": "archived"}},
    )
    intent = from_access(body, {}, _KNOWING)
    assert intent["principal"]["claims"] == {"role": "admin", "groups": None}
    assert intent["principal"]["groups"] == []
    assert intent["resources"][0]["properties"] == {"status": "archived", "owner": "bob"}
    assert intent["provenance"]["principal.claims.role"] == "subject.properties.role"
    assert intent["provenance"]["resources[0].properties.status"] == "resource.properties.status"


@pytest.mark.parametrize(("key", "other"), [("type", "robot"), ("id", "mallory")])
def test_what_the_catalog_knows_of_others_is_not_known(key: str, other: str) -> None:
    changed = {name: {**_body()[name], key: other} for name in ("subject", "resource")}
    intent = from_access(_body(**changed), {}, _KNOWING)
    assert intent["principal"]["claims"] == intent["resources"][0]["properties"] == {}


def test_what_the_catalog_knows_is_not_changed_by_who_reads_it() -> None:
    first = from_access(_body(), {}, _KNOWING)
    first["principal"]["claims"]["role"] = "admin"
    assert from_access(_body(), {}, _KNOWING)["principal"]["claims"]["role"] == "guest"


def _calling(type_: str, id_: str, operation: str, **properties: Any) -> dict[str, Any]:  # raw JSON
    return _body(
        subject={"type": "user", "id": "alice", "properties": {"groups": ["staff"]}},
        action={"name": operation, "properties": properties},
        resource={"type": type_, "id": id_},
    )


_ALICE: Any = {
    "principal": {"id": "alice", "type": "user", "groups": ["staff"], "claims": {"groups": ["staff"]}}
}


@pytest.mark.parametrize(
    ("access", "same"),
    [
        (
            {"access": _calling("tool", "files/read", "tools/call", path="a")},
            {
                "mcp": {"method": "tools/call", "params": {"name": "read", "arguments": {"path": "a"}}},
                "server": "files",
            },
        ),
        (
            {"access": _calling("tool", "a/b", "tools/call"), "caller": {"server": "files"}},
            {"mcp": {"method": "tools/call", "params": {"name": "a/b"}}, "server": "files"},
        ),
        (
            {"access": _calling("tool", "read", "tools/call")},
            {"mcp": {"method": "tools/call", "params": {"name": "read"}}, "server": "unknown"},
        ),
        (
            {
                "access": _calling(
                    "model", "gpt-4o", "chat", max_tokens=7, messages=[{"role": "user", "content": "x"}]
                )
            },
            {"chat": {"model": "gpt-4o", "max_tokens": 7, "messages": [{"role": "user", "content": "x"}]}},
        ),
        (
            {"access": _calling("model", "e", "embeddings", input="hello")},
            {"embeddings": {"model": "e", "input": "hello"}},
        ),
    ],
)
def test_whoever_asks_to_call_a_tool_or_a_model_asks_for_the_call(access: Any, same: Any) -> None:  # raw JSON
    caller = _ALICE | ({"server": same.pop("server")} if "server" in same else {})
    request: Any = {**same, "caller": caller}
    call, expected = from_check(access, CONTEXT), from_check(request, CONTEXT)
    assert {**call, "provenance": {}} == {**expected, "provenance": {}}
    assert call["provenance"]["principal.id"] == "subject.id"


def test_a_call_that_is_asked_for_without_a_prompt_has_an_empty_one() -> None:
    intent = _access(_calling("model", "gpt-4o", "chat", max_tokens=9))
    assert (intent["action"], intent["usage"]["outputTokens"]) == ("model.chat", 9)
    assert _access(_calling("model", "e", "embeddings"))["action"] == "model.embed"


@pytest.mark.parametrize(
    ("type_", "operation"), [("tool", "delete"), ("model", "tools/call"), ("record", "chat")]
)
def test_any_other_operation_on_a_tool_or_a_model_is_an_access(type_: str, operation: str) -> None:
    intent = _access(_calling(type_, "x/y", operation))
    assert (intent["action"], intent["tools"], intent["models"]) == ("resource.access", [], [])


def test_properties_that_are_no_parameters_of_the_call_are_refused() -> None:
    with pytest.raises(RequestError, match=r"`action.properties`: `messages`: must be a list") as caught:
        from_check({"access": _calling("model", "gpt-4o", "chat", messages=7)}, CONTEXT)
    assert caught.value.path == "$.access.action.properties"


def test_of_a_call_the_caller_says_the_server_and_still_not_who_asks() -> None:
    access = _calling("tool", "read", "tools/call")
    with pytest.raises(RequestError, match=r"`caller.principal`: the subject says who asks, so leave it out"):
        from_check({"access": access, "caller": _ALICE}, CONTEXT)
    with pytest.raises(RequestError) as caught:
        from_check({"access": access, "caller": {"server": 7}}, CONTEXT)  # type: ignore[typeddict-item]  # raw JSON
    assert caught.value.path == "$.caller.server"


@pytest.mark.parametrize(
    ("access", "is_without"),
    [
        (_calling("tool", "files/read", "tools/call"), True),
        (_calling("tool", "files/read", "tools/call", path="a"), False),
        (_calling("tool", "files/read", "delete"), False),
        (_calling("model", "gpt-4o", "chat"), False),
    ],
)
def test_only_a_call_of_a_tool_can_be_without_arguments(access: dict[str, Any], is_without: bool) -> None:  # noqa: FBT001
    request: CheckRequest = {"access": access, "withoutArguments": True}
    if is_without:
        assert from_check(request, CONTEXT)["tools"][0]["arguments"] == {}
    else:
        with pytest.raises(RequestError, match="`withoutArguments`: only `tools/call` has arguments"):
            from_check(request, CONTEXT)


@pytest.mark.parametrize("access", [7, {}, {"resource": 7, "action": {}}, {"resource": {}, "action": None}])
def test_what_is_no_access_is_not_without_arguments_either(access: Any) -> None:  # raw JSON
    with pytest.raises(RequestError):
        from_check({"access": access, "withoutArguments": True}, CONTEXT)
