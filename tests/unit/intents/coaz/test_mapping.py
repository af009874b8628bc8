"""What a tool declares of its calls is read as COAZ's binding for MCP has it, and narrows only."""

from typing import Any, Final

import pytest

from interlock.errors import RequestError
from interlock.intents.coaz.mapping import MOST_ACCESSES, accesses
from interlock.intents.coaz.template import LONGEST
from interlock.model.intent import Principal

_ALICE: Final[Principal] = {
    "id": "alice@example.com",
    "type": "user",
    "groups": [],
    "claims": {"client_id": "http://agentprovider.com/agent-app-id", "sub": "somebody", "level": 3},
}
_ARGUMENTS: Final = {"id": "cust-12345", "case": "case-67890", "amount": 20000}
_PARAMS: Final = {"name": "get_customer", "arguments": _ARGUMENTS}


def _mapped(**parts: Any) -> dict[str, Any]:
    whole = {
        "subject": {"type": "identity", "id": "$token.sub"},
        "action": {"name": "get_customer"},
        "resource": {"type": "customer", "id": "$params.arguments.id"},
    }
    (access,) = accesses({"evaluation": whole | parts}, _PARAMS, _ALICE)
    return access


def test_a_mapping_of_one_decision_is_one_access() -> None:
    """The single-evaluation example of the binding."""
    assert _mapped(context={"agent": "$token.?client_id", "case": "$params.arguments.case"}) == {
        "subject": {"type": "identity", "id": "alice@example.com"},
        "action": {"name": "get_customer"},
        "resource": {"type": "customer", "id": "cust-12345"},
        "context": {"agent": "http://agentprovider.com/agent-app-id", "case": "case-67890"},
    }


def test_a_mapping_of_several_decisions_is_an_access_for_each() -> None:
    """The multi-evaluation example of the binding."""
    mapping = {
        "evaluations": {
            "subject": {"type": "identity", "id": "$token.sub"},
            "context": {"agent": "$token.?client_id"},
            "evaluations": [
                {"action": {"name": "read"}, "resource": {"type": "object", "id": "$params.source"}},
                {
                    "action": {"name": "write"},
                    "resource": {"type": "object", "id": "$params.destination"},
                    "context": {},
                },
            ],
        }
    }
    read, write = accesses(mapping, {"source": "/a", "destination": "/b"}, _ALICE)
    assert (read["action"]["name"], read["resource"]["id"]) == ("read", "/a")
    assert read["context"] == {"agent": "http://agentprovider.com/agent-app-id"}
    assert (write["action"]["name"], write["resource"]["id"], write["context"]) == ("write", "/b", {})
    assert read["subject"] == write["subject"] == {"type": "identity", "id": "alice@example.com"}


@pytest.mark.parametrize(
    ("value", "resolved"),
    [
        ("customer", "customer"),
        ("$$50", "$50"),
        ("$$$50", "$$50"),
        (10, 10),
        (None, None),
        ("$params.arguments.amount > 10000 ? 'high' : 'standard'", "high"),
        ("$token.sub.split('@')[0]", "alice"),
        ("$params.arguments", _ARGUMENTS),
        ("$[1, 2.5, 'a', true, null]", [1, 2.5, "a", True, None]),
        ({"a": ["$token.level + 1", "$token.?nothing"]}, {"a": [4]}),
        ("$token.?level", 3),
    ],
)
def test_a_value_is_a_literal_or_what_its_expression_gives(value: Any, resolved: Any) -> None:
    access = _mapped(context={"it": value})
    assert access["context"] == {"it": resolved}


def test_a_member_whose_expression_gives_nothing_is_left_out() -> None:
    assert _mapped(context={"agent": "$token.?nothing"})["context"] == {}


@pytest.mark.parametrize("subject", [{}, {"type": "identity"}, {"id": "$token.sub"}])
def test_what_a_mapping_does_not_say_of_the_subject_is_filled_in(subject: dict[str, Any]) -> None:
    assert _mapped(subject=subject)["subject"] == {"type": "identity", "id": "alice@example.com"}


def test_a_mapping_may_say_more_of_the_subject() -> None:
    subject = _mapped(subject={"type": "member", "properties": {"level": "$token.level"}})["subject"]
    assert subject == {"type": "member", "id": "alice@example.com", "properties": {"level": 3}}


@pytest.mark.parametrize("id_", ["bob", "$params.arguments.id", "$'bob'", None, 7])
def test_a_server_does_not_say_that_somebody_else_calls(id_: Any) -> None:
    with pytest.raises(RequestError, match=r"`x-authzen-mapping.evaluation.subject.id`: it is not who calls"):
        _mapped(subject={"id": id_})


def test_a_claim_does_not_say_who_calls() -> None:
    assert _mapped()["subject"]["id"] == "alice@example.com"


_NINE: Final = "[1, 2, 3, 4, 5, 6, 7, 8, 9]"


def _laughing(levels: int, then: str, first: str = _NINE) -> str:
    """`then` over `it`, a list that has one list nine times, which has one nine times, and so on to `first`."""
    for _ in range(levels):
        then = f"cel.bind(it, {_NINE}.map(x, it), {then})"
    return f"$cel.bind(it, {first}, {then})"


_COSTLY: Final = f"${_NINE}.all(a, {_NINE}.all(b, {_NINE}.all(c, {_NINE}.all(d, {_NINE}.all(e, a + e > 0)))))"


@pytest.mark.parametrize(
    "expression",
    [
        "$token.nothing",
        "$params.arguments.id + 1",
        "$token.sub.matches('(')",
        "$",
        "$)",
        "$other.id",
        "$b'bytes'",
        "$1u",
        "$timestamp('2026-01-01T00:00:00Z')",
        "$1.0 / 0.0",
        "${1: 'a'}",
        "$[1, b'a']",
        f"$'{'x' * LONGEST}'",
        _COSTLY,
        _laughing(30, "it"),
        _laughing(4, "it", f"'{'x' * 1000}'"),
    ],
)
def test_an_expression_that_gives_no_value_is_an_error(expression: str) -> None:
    with pytest.raises(RequestError, match=r"`x-authzen-mapping.evaluation.context.it`: .* mend its mapping"):
        _mapped(context={"it": expression})


def test_what_has_one_part_over_and_over_is_compared_as_what_it_is() -> None:
    assert _mapped(context={"it": _laughing(20, "it == it.map(x, x)")})["context"] == {"it": True}


_ENTRY: Final[dict[str, Any]] = {"action": {"name": "read"}, "resource": {"type": "object", "id": "a"}}


@pytest.mark.parametrize(
    "mapping",
    [
        {},
        {"search": {}},
        {"evaluation": {}, "evaluations": {}},
        {"evaluation": 7},
        {"evaluation": {"subject": "alice"}},
        {"evaluation": {"principal": {}}},
        {"evaluation": "$params"},
        {"evaluations": {}},
        {"evaluations": {"evaluations": []}},
        {"evaluations": {"evaluations": [7]}},
        {"evaluations": {"evaluations": [_ENTRY | {"subject": {"id": "$token.sub"}}]}},
        {"evaluations": {"evaluations": [_ENTRY | {"options": {}}]}},
        {
            "evaluations": {
                "evaluations": [_ENTRY],
                "options": {"evaluations_semantic": "permit_on_first_permit"},
            }
        },
        {"evaluations": {"evaluations": [_ENTRY] * (MOST_ACCESSES + 1)}},
    ],
)
def test_a_malformed_mapping_is_an_error(mapping: dict[str, Any]) -> None:
    with pytest.raises(RequestError):
        accesses(mapping, _PARAMS, _ALICE)
