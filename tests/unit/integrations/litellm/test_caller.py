"""Whoever calls LiteLLM's proxy is stated as the check API has callers."""

from typing import Any

import pytest

from interlock.integrations.litellm.caller import caller_of

_KEY = {
    "user_api_key_hash": "88dc",
    "user_api_key_alias": "desk",
    "user_api_key_user_id": "jane",
    "user_api_key_user_email": "jane@example.org",
    "user_api_key_team_id": "t-1",
    "user_api_key_team_alias": "support",
    "user_api_key_org_id": "o-1",
    "user_api_key_end_user_id": None,
    "user_api_key_spend": 1.5,
}


def test_a_key_of_a_user_is_the_user_with_what_the_proxy_knows_of_it() -> None:
    assert caller_of(_KEY, run="trace", agent="desk-agent") == {
        "principal": {
            "id": "jane",
            "type": "user",
            "claims": {"keyHash": "88dc", "keyAlias": "desk", "email": "jane@example.org", "teamId": "t-1"},
        },
        "attribution": {"organization": "o-1", "team": "support"},
        "run": {"id": "trace"},
        "agent": {"name": "desk-agent"},
    }


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ({"user_api_key_alias": "desk", "user_api_key_hash": "88dc"}, "desk"),
        ({"user_api_key_hash": "88dc", "user_api_key_user_id": ""}, "88dc"),
    ],
)
def test_a_key_of_nobody_goes_by_its_alias_or_else_its_hash(key: dict[str, Any], name: str) -> None:
    principal = caller_of(key)["principal"]
    assert (principal["id"], principal["type"]) == (name, "serviceAccount")


@pytest.mark.parametrize("key", [{}, {"user_api_key_user_id": 7}, {"user_api_key_end_user_id": "eve"}])
def test_without_a_key_nobody_is_stated(key: dict[str, Any]) -> None:
    assert caller_of(key, run=None, agent=7) == {}
