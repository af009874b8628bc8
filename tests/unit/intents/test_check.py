from typing import Any

import pytest
from pydantic import TypeAdapter

from interlock.errors import RequestError
from interlock.intents.check import from_check
from interlock.intents.extract import extract
from interlock.model.intent import Intent, Model
from support.intents import CONTEXT, all_recorded, asks, pod, recorded
from support.reviews import review

_INTENTS: TypeAdapter[Intent] = TypeAdapter(Intent)
_CHAT = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hello"}]}
_CALL = {"method": "tools/call", "params": {"name": "t"}}


def _check(**request: Any) -> Intent:  # raw JSON
    return from_check(request, CONTEXT)  # type: ignore[arg-type]  # raw JSON


def _stated(**intent: Any) -> Intent:  # raw JSON
    return _check(intent={"action": "tool.call", **intent})


@pytest.mark.parametrize(
    ("request_", "action"),
    [
        ({"chat": _CHAT}, "model.chat"),
        ({"embeddings": {"model": "m", "input": "x"}}, "model.embed"),
        ({"mcp": _CALL, "caller": {"server": "s"}}, "tool.call"),
        ({"admission": review(pod())["request"]}, "workload.create"),
        ({"intent": {"action": "tool.list"}}, "tool.list"),
    ],
)
def test_a_check_request_holds_one_thing_to_decide(request_: dict[str, Any], action: str) -> None:
    assert _check(**request_)["action"] == action


@pytest.mark.parametrize("request_", [{}, {"caller": {}}, {"chat": None}, {"chat": _CHAT, "mcp": _CALL}])
def test_no_or_two_things_to_decide_are_refused(request_: dict[str, Any]) -> None:
    choices = "exactly one of `intent`, `chat`, `embeddings`, `mcp`, `access`, `admission`"
    with pytest.raises(RequestError, match=choices):
        _check(**request_)


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"chats": _CHAT}, "`chats`: no such key: did you mean `chat`?"),
        ({"\0": 1}, "`.`: holds a string with NUL"),
        ({"admission": {}, "caller": {}}, "`caller`: `admission` says itself who asks, so leave it out"),
        ({"intent": {}, "caller": {}}, "`caller`: `intent` says itself who asks, so leave it out"),
        ({"intent": []}, "`intent`: must be an object"),
        ({"chat": []}, "`.`: must be an object"),
        ({"chat": _CHAT, "caller": []}, "`caller`: must be an object"),
    ],
)
def test_a_malformed_check_request_is_refused(request_: dict[str, Any], message: str) -> None:
    with pytest.raises(RequestError) as caught:
        _check(**request_)
    assert str(caught.value) == message


@pytest.mark.parametrize("request_", [None, [], "x"])
def test_a_check_request_is_an_object(request_: Any) -> None:  # raw JSON
    with pytest.raises(RequestError, match="a check request is an object"):
        from_check(request_, CONTEXT)


def test_a_stated_intent_needs_nothing_but_its_action() -> None:
    intent = _stated()
    assert intent["kind"] == intent["principal"]["id"] == "unknown"
    assert intent["models"] == []
    assert "agent" not in intent
    _INTENTS.validate_python(intent, strict=True)


def test_what_a_stated_intent_leaves_out_is_empty_or_unknown() -> None:
    intent = _stated(
        principal={"id": "jane"},
        agent={"name": "a"},
        attribution={"team": "t"},
        data={"region": "eu"},
        usage={"cost": 1},
        workload={"kind": "Pod"},
        models=[{"name": "m"}],
        accelerators=[{"count": 4, "pods": 2}],
        tools=[{"name": "t"}],
        images=[{"reference": "nginx:1"}, {"reference": "$IMAGE"}],
        unresolved=[{"path": "p", "reason": "r"}],
    )
    _INTENTS.validate_python(intent, strict=True)
    assert intent["principal"] == {"id": "jane", "type": "unknown", "groups": [], "claims": {}}
    assert intent["agent"]["digest"].startswith("sha256:")
    assert intent["data"]["classifications"] == []
    assert (intent["workload"]["pods"], intent["workload"]["labels"]) == (1, {})
    expected: Model = {
        "name": "m",
        "provider": "unknown",
        "class": "unknown",
        "hosting": "unknown",
        "confidence": "declared",
        "source": "intent.models[0]",
    }
    assert intent["models"] == [expected]
    assert (intent["accelerators"][0]["total"], intent["accelerators"][0]["class"]) == (8, "unknown")
    assert (intent["tools"][0]["server"], intent["tools"][0]["pinned"]) == ("unknown", False)
    assert [image["repository"] for image in intent["images"]] == ["library/nginx", "unknown"]


def test_facts_are_taken_as_stated() -> None:
    model = {"name": "gpt-4o", "class": "mine", "source": "here"}
    assert _stated(models=[model])["models"][0].items() >= model.items()


def test_null_is_absent() -> None:
    assert _check(chat=_CHAT, mcp=None, caller=None) == _check(chat=_CHAT)
    assert _stated(agent=None, models=None, workload=None) == _stated()


def test_a_whole_intent_is_itself() -> None:
    for name in all_recorded():
        intent = extract(recorded(name), CONTEXT)
        assert _check(intent=intent) == intent


@pytest.mark.parametrize(
    ("intent", "message"),
    [
        ({"action": "tool.calls"}, "`intent.action`: no such action: did you mean `tool.call`?"),
        ({"action": "zzz"}, "`intent.action`: no such action: choose `model.chat`"),
        ({"action": None}, "`intent.action`: must be a string that is not empty"),
        ({"tool": []}, "`intent.tool`: no such key: did you mean `tools`?"),
        ({"tools": [{"title": "x"}]}, "`intent.tools[0].title`: no such key"),
        ({"tools": [{}]}, "`intent.tools[0]`: lacks the key `name`"),
        ({"tools": {}}, "`intent.tools`: must be a list"),
        ({"principal": []}, "`intent.principal`: must be an object"),
        ({"principal": {"groups": "x"}}, "`intent.principal.groups`: must be a list, got a string"),
        ({"agent": {}}, "`intent.agent`: lacks the key `name`"),
        (
            {"agent": {"name": "a", "digest": "x"}},
            "`intent.agent.digest`: must be the digest of the agent's other keys",
        ),
        ({"usage": {"cost": -1}}, "`intent.usage.cost`: must be an integer >= 0"),
        ({"usage": {"cost": "1"}}, "`intent.usage.cost`: must be an integer, got a string"),
        ({"accelerators": [{"count": "2"}]}, "`intent.accelerators[0]"),
        ({"images": [{"reference": 1}]}, "`intent.images[0].reference`: must be a string, got an integer"),
        ({"provenance": []}, "`intent.provenance`: must be an object, got a list"),
        ({"object": {"x": "\0"}}, "`intent.object.x`: holds a string with NUL"),
    ],
)
def test_a_malformed_intent_is_refused(intent: dict[str, Any], message: str) -> None:
    with pytest.raises(RequestError) as caught:
        _stated(**intent)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("document", "action"),
    [
        (review(pod()), "workload.create"),
        (pod(asks()), "workload.create"),
        ({"chat": _CHAT}, "model.chat"),
        (_CALL, "tool.call"),
        (_CHAT, "model.chat"),
        ({"model": "m", "input": "x"}, "model.embed"),
    ],
)
def test_a_document_is_known_by_its_shape(document: dict[str, Any], action: str) -> None:
    assert extract(document, CONTEXT)["action"] == action


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({}, "the document is none of these: AdmissionReview, manifest"),
        ([], "a request is an object"),
        (
            {"apiVersion": "admission.k8s.io/v1beta1"},
            "`apiVersion`: only `admission.k8s.io/v1` can be reviewed",
        ),
        ({"apiVersion": "admission.k8s.io/v1"}, "`request`: must be an object"),
        ({"apiVersion": None}, "`apiVersion`: must be a string that is not empty"),
        ({1: 2}, "the document is none of these"),
        ({"model": "m", "input": "x", "tools": []}, "the document is none of these"),
        ({"model": "m", "input": "x", "instructions": "y"}, "the document is none of these"),
    ],
)
def test_a_document_of_no_known_shape_is_refused(document: Any, message: str) -> None:  # raw JSON
    with pytest.raises(RequestError) as caught:
        extract(document, CONTEXT)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    "request_",
    [
        {"intent": {"action": "tool.list", "data": {"classifications": ["pii"] * 101}}},
        {"mcp": {"method": "tools/list"}, "caller": {"data": {"classifications": ["pii"] * 101}}},
        {
            "embeddings": {"model": "m", "input": "x"},
            "caller": {"data": {"classifications": ["pii"] * 101}},
        },
    ],
)
def test_classifications_that_would_take_long_to_look_at_are_refused(request_: dict[str, Any]) -> None:
    with pytest.raises(RequestError, match="names more than 100 classifications"):
        _check(**request_)


@pytest.mark.parametrize(
    ("action", "models", "tools"),
    [
        ("model.chat", ["unknown"], []),
        ("model.embed", ["unknown"], []),
        ("tool.call", [], ["unknown"]),
        ("tool.list", [], []),
        ("workload.create", [], []),
    ],
)
@pytest.mark.parametrize("stated", [{}, {"models": [], "tools": None}])
def test_a_stated_call_calls_something_if_only_something_unknown(
    action: str, models: list[str], tools: list[str], stated: dict[str, Any]
) -> None:
    intent = _check(intent={"action": action, **stated})
    assert [model["name"] for model in intent["models"]] == models
    assert [tool["name"] for tool in intent["tools"]] == tools
    _INTENTS.validate_python(intent, strict=True)


@pytest.mark.parametrize("area", ["models", "tools"])
def test_a_stated_item_has_a_name(area: str) -> None:
    with pytest.raises(RequestError, match=rf"`intent.{area}\[0\].name`: must be a string that is not empty"):
        _stated(**{area: [{"name": ""}]})
