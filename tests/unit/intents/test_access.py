from typing import Any

import pytest
from pydantic import TypeAdapter

from interlock.errors import RequestError
from interlock.intents.access import from_access
from interlock.intents.check import CheckRequest, changeable_call, from_check
from interlock.intents.extract import extract
from interlock.model.intent import Intent
from support.accesses import access_body
from support.intents import CONTEXT, recorded

_INTENTS: TypeAdapter[Intent] = TypeAdapter(Intent)


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
    for intent in (_access(access_body()), _access(access_body(context=None))):
        assert intent["principal"] == {"id": "alice", "type": "user", "groups": [], "claims": {}}
        assert intent["operation"] == {"name": "read", "properties": {}}
        assert (intent["resources"][0]["properties"], intent["context"]) == ({}, {})


def test_members_that_authzen_does_not_have_are_ignored() -> None:
    subject = {"type": "user", "id": "alice", "email": "a@example.com"}
    found = _access(access_body(subject=subject, evaluations=7, options=[]))
    assert found["principal"] == _access(access_body())["principal"]


@pytest.mark.parametrize("groups", ["staff", {"staff": True}, ["staff", 7], None])
def test_groups_that_are_no_list_of_texts_are_a_claim_and_no_groups(groups: Any) -> None:  # raw JSON
    subject = {"type": "user", "id": "alice", "properties": {"groups": groups}}
    principal = _access(access_body(subject=subject))["principal"]
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
        _access(access_body(**changes))
    assert str(caught.value) == message
    place = message.partition("`:")[0].strip("`")
    assert caught.value.path == f"$.{place}"
    with pytest.raises(RequestError) as caught:
        from_check({"access": access_body(**changes)}, CONTEXT)
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
        from_check({"access": access_body(), "caller": caller}, CONTEXT)  # type: ignore[typeddict-item]  # raw JSON
    assert str(caught.value) == message
    assert caught.value.path == f"$.{message.partition('`:')[0].strip('`')}"


def test_an_access_is_known_by_its_shape() -> None:
    assert extract(access_body(), CONTEXT) == _access(access_body())
    assert extract({"access": access_body()}, CONTEXT) == _access(access_body())


def test_nothing_of_an_access_is_changed() -> None:
    request: CheckRequest = {"access": access_body(), "appliesPatches": True}
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
