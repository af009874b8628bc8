"""Tool calls of CPEX become checks, and denials violations."""

from typing import Any

import pytest

from interlock.errors import RequestError
from interlock.integrations.cpex.calls import caller_of, changed, check_of, undecided, violation_of

_ACCOUNT = {"budget": "team", "unit": "calls", "key": "a"}
_DENIED: dict[str, Any] = {
    "time": "2026-11-27T12:00:00.000Z",
    "policySet": "sha256:1",
    "reasons": [{"code": "exhausted", **_ACCOUNT}],
}
_CHARGE = {**_ACCOUNT, "level": "exceeded", "amount": 1, "left": 0, "limit": 5}


class _Gateway:
    """Metadata as it is in process."""

    name = "github"


@pytest.mark.parametrize(
    ("context", "caller"),
    [
        ({}, {}),
        ({"user": "", "tenant_id": "", "server_id": None, "metadata": None}, {}),
        ({"user": {"is_admin": True}, "tenant_id": 7}, {}),
        (
            {"user": "jane", "tenant_id": "acme", "server_id": "s-1"},
            {
                "principal": {"id": "jane", "type": "user"},
                "attribution": {"organization": "acme"},
                "server": "s-1",
            },
        ),
        (
            {
                "user": {"email": "j@example.org", "sub": "1"},
                "server_id": "s",
                "metadata": {"gateway": {"name": "g"}},
            },
            {
                "principal": {
                    "id": "j@example.org",
                    "type": "user",
                    "claims": {"email": "j@example.org", "sub": "1"},
                },
                "server": "g",
            },
        ),
        ({"metadata": {"gateway": _Gateway()}}, {"server": "github"}),
    ],
)
def test_the_caller_is_what_the_gateway_says(context: dict[str, Any], caller: dict[str, Any]) -> None:
    assert caller_of(context) == caller


def test_a_call_without_arguments_has_none() -> None:
    for payload in ({"name": "t", "args": None}, {"name": "t"}):
        assert check_of(payload, {})["mcp"]["params"] == {"name": "t", "arguments": {}}


def test_a_call_that_is_not_changed_is_decided_as_it_stands() -> None:
    assert check_of({"name": "t"}, {}, is_changed=False)["appliesPatches"] is False


def test_a_payload_is_as_policies_made_it_or_stays_as_it_is() -> None:
    payload = {"name": "t", "args": None, "headers": {"a": "b"}}
    assert changed(payload, {"name": "t", "arguments": {}}) == payload
    made = changed(payload, {"name": "u", "arguments": {"x": 1}})
    assert made == {"name": "u", "args": {"x": 1}, "headers": {"a": "b"}}
    with pytest.raises(RequestError, match="more than the name"):
        changed(payload, {"name": "t", "arguments": {}, "_meta": {}})


def test_a_denial_is_a_violation_with_the_status_for_it() -> None:
    waiting = {**_DENIED, "budgets": [{**_CHARGE, "ends": "2026-11-27T12:01:00.000Z"}]}
    assert violation_of(waiting, "no") == {
        "reason": "policies deny the call",
        "description": "no",
        "code": "budget_exhausted",
        "http_status_code": 429,
        "http_headers": {"retry-after": "60"},
        "details": {"policySet": "sha256:1", "codes": ["exhausted"]},
    }
    assert "http_headers" not in violation_of({**_DENIED, "budgets": [_CHARGE]}, "no")
    denied = violation_of({**_DENIED, "reasons": [{"code": "violated"}]}, "no")
    assert (denied["code"], denied["http_status_code"]) == ("policy_denied", 403)
    assert (undecided("why")["code"], undecided("why")["reason"]) == ("undecided", "nobody decided the call")
