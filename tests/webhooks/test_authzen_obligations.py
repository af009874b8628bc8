"""Obligations in AuthZEN's profile for them: who can't meet one is denied."""

from pathlib import Path
from typing import Any

import pytest

from interlock_webhooks.app import Application
from interlock_webhooks.authzen.obligations import encoded, names_of, types_of
from support.authzen.world import access, evaluated, serve


@pytest.fixture
def app(tmp_path: Path) -> Application:
    return serve(tmp_path)


def _secret(context: dict[str, Any]) -> dict[str, Any]:
    return access("open", "secret") | {"context": context}


def test_an_allowance_comes_with_what_it_obliges_to(app: Application) -> None:
    context = {"obligations_supported": ["step-up"], "interlock": {"discharges": ["keep"]}}
    answer = evaluated(app, _secret(context))
    assert answer["decision"] is True
    assert answer["context"]["obligations"] == [
        {"type": "custom", "id": "keep", "name": "keep", "value": 30},
        {"type": "step-up", "id": "step-up", "acr_value": "urn:loa:3"},
    ]


@pytest.mark.parametrize(
    "context",
    [{}, {"obligations_supported": []}, {"obligations_supported": ["step-up", "custom"]}],
)
def test_who_does_not_say_that_it_can_meet_an_obligation_is_denied(
    app: Application, context: dict[str, Any]
) -> None:
    answer = evaluated(app, _secret(context))
    assert answer["decision"] is False
    assert {each["code"] for each in answer["context"]["interlock"]["reasons"]} == {"undischarged"}


def test_a_denial_comes_with_what_it_obliges_to(app: Application) -> None:
    context = {"obligations_supported": ["notification", "session_termination"]}
    answer = evaluated(app, access("read", "sealed") | {"context": context})
    assert answer["decision"] is False
    assert answer["context"]["obligations"] == [
        {
            "type": "notification",
            "id": "notification-0",
            "to": "security",
            "body": "this record is sealed",
        },
        {"type": "session_termination", "id": "session-termination", "subject": "ann"},
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [("step-up", 3), ("step-up", ["a"]), ("notification", True), ("session-termination", False), ("keep", 30)],
)
def test_what_no_type_of_the_profile_takes_is_custom(name: str, value: object) -> None:
    due = {"name": name, "value": value, "policies": []}
    (obligation,) = encoded({"obligations": [due]}, "ann", "")
    assert obligation == {"type": "custom", "id": name, "name": name, "value": value}


def test_one_who_is_to_be_told_is_told() -> None:
    due = {"name": "notification", "value": "security", "policies": []}
    (obligation,) = encoded({"obligations": [due]}, "ann", "why")
    assert obligation == {"type": "notification", "id": "notification", "to": "security", "body": "why"}


def test_types_and_names_go_together() -> None:
    assert types_of(["keep", "redact", "step-up"]) == ["custom", "step-up"]
    assert names_of(["step-up", "custom", "session_termination", "other"]) == ["step-up", "session-termination"]
