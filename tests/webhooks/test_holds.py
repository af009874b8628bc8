"""Checks that hold what they draw on budgets, and how holds end."""

from typing import Any

import pytest

from interlock.identity import OrganizationName
from interlock.ledger.hold import hold_id
from support.budgets import call, limited
from support.checkcalls import TOKENS, Serve, check, post, used


def test_a_check_holds_and_the_next_one_sees_it(serve: Serve) -> None:
    app = serve(TOKENS)
    first, second, third = (check(app) for _ in range(3))
    assert [each["decision"] for each in (first, second, third)] == ["allow", "allow", "deny"]
    assert [each["budgets"][0]["held"] for each in (first, second, third)] == [0, 104, 208]
    assert set(first["hold"]) == {"id", "expires"}
    assert "hold" not in third


def test_a_dry_run_holds_nothing(serve: Serve) -> None:
    app = serve(TOKENS)
    assert "hold" not in check(app, dryRun=True)
    assert used(app) == (0, 0)


def test_linked_checks_are_held_together_or_not_at_all(serve: Serve) -> None:
    app = serve(TOKENS)
    three = post(app, "/v1/check/batch", {"checks": [call()] * 3, "linked": True}).json()["decisions"]
    assert [each["decision"] for each in three] == ["deny"] * 3
    assert used(app) == (0, 0)
    two = {"checks": [call()] * 2, "linked": True, "idempotencyKey": "a"}
    first, second = post(app, "/v1/check/batch", two).json()["decisions"]
    assert first["hold"]["id"] != second["hold"]["id"]
    assert post(app, "/v1/check/batch", two).json()["decisions"] == [first, second]
    assert used(app) == (0, 208)


def test_checks_that_are_not_linked_are_held_one_by_one(serve: Serve) -> None:
    app = serve(TOKENS)
    decided = post(app, "/v1/check/batch", {"checks": [call()] * 3}).json()["decisions"]
    assert [each["decision"] for each in decided] == ["allow", "allow", "deny"]


def test_settling_books_what_was_used(serve: Serve) -> None:
    app = serve(TOKENS)
    hold = check(app)["hold"]["id"]
    answer = post(app, "/v1/settle", {"hold": hold, "used": {"inputTokens": 3, "outputTokens": 20}})
    assert answer.json() == {"hold": hold, "status": "settled", "was": "open"}
    assert used(app) == (23, 0)


@pytest.mark.parametrize(
    ("unit", "stated", "spent"),
    [
        ("calls", {"calls": 2}, 2),
        ("tokens", {"tokens": 7, "inputTokens": 1, "outputTokens": 1}, 7),
        ("tokens", {"inputTokens": 1}, 104),
        ("inputTokens", {"inputTokens": 5}, 5),
        ("outputTokens", {"outputTokens": 6}, 6),
        ("cost", {"cost": "0.000000000001"}, 1),
        ("cost", {"cost": "12.000001"}, 12_000_001),
        ("tokens", {}, 104),
    ],
)
def test_what_is_stated_is_booked_and_what_is_not_is_booked_as_held(
    serve: Serve, unit: str, stated: dict[str, Any], spent: int
) -> None:
    app = serve(limited(unit, '"100"' if unit == "cost" else 1000))
    hold = check(app)["hold"]["id"]
    assert post(app, "/v1/settle", {"hold": hold, "used": stated}).status == 200
    assert used(app) == (spent, 0)


def test_settling_twice_books_once_and_otherwise_is_a_conflict(serve: Serve) -> None:
    app = serve(TOKENS)
    hold = check(app)["hold"]["id"]
    answers = [post(app, "/v1/settle", {"hold": hold, "used": {"tokens": tokens}}) for tokens in (5, 5, 6)]
    assert [answer.status for answer in answers] == [200, 200, 409]
    assert answers[1].json()["was"] == "settled"
    assert answers[2].json()["error"] == {
        "code": "request.conflict",
        "message": "`hold`: it is settled already, and stays so",
    }
    assert used(app) == (5, 0)


def test_releasing_gives_everything_back(serve: Serve) -> None:
    app = serve(TOKENS)
    hold = check(app)["hold"]["id"]
    assert post(app, "/v1/release", {"hold": hold}).json() == {
        "hold": hold,
        "status": "released",
        "was": "open",
    }
    assert used(app) == (0, 0)
    assert post(app, "/v1/extend", {"hold": hold, "holdFor": "1h"}).status == 409


def test_a_hold_lasts_as_long_as_it_is_asked_for(serve: Serve) -> None:
    app = serve(TOKENS)
    hold = check(app, holdFor="5m")["hold"]
    extended = post(app, "/v1/extend", {"hold": hold["id"], "holdFor": "2h"}).json()
    assert extended["status"] == "open"
    assert extended["expires"] > hold["expires"]


@pytest.mark.parametrize("path", ["/v1/settle", "/v1/release", "/v1/extend"])
@pytest.mark.parametrize("hold", ["x", hold_id(OrganizationName("nobody"), b"1"), "\x00", "{}" * 20])
def test_a_hold_that_nobody_has_is_not_found(serve: Serve, path: str, hold: str) -> None:
    more: dict[str, dict[str, Any]] = {"/v1/settle": {"used": {}}, "/v1/extend": {"holdFor": "1m"}}
    answer = post(serve(TOKENS), path, {"hold": hold} | more.get(path, {}))
    assert (answer.status, answer.json()["error"]["code"]) == (404, "request.notFound")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/settle", {"hold": "x"}),
        ("/v1/settle", {"hold": "x", "used": {"outputToken": 5}}),
        ("/v1/settle", {"hold": "x", "used": {"tokens": -1}}),
        ("/v1/settle", {"hold": "x", "used": {"tokens": 2**53}}),
        ("/v1/settle", {"hold": "x", "used": {"tokens": 1.5}}),
        ("/v1/settle", {"hold": "x", "used": {"cost": 1.5}}),
        ("/v1/settle", {"hold": "x", "used": {"cost": "-1"}}),
        ("/v1/settle", {"hold": "x", "used": {"cost": "1e5"}}),
        ("/v1/settle", {"hold": "x", "used": {"cost": "1.0000000000001"}}),
        ("/v1/settle", {"hold": "x", "used": {"cost": "\u0661"}}),
        ("/v1/settle", {"hold": 5, "used": {}}),
        ("/v1/settle", {"hold": "x" * 1025, "used": {}}),
        ("/v1/release", {"hold": "x", "used": {}}),
        ("/v1/release", {"hold": ""}),
        ("/v1/release", []),
        ("/v1/extend", {"hold": "x", "holdFor": "soon"}),
        ("/v1/extend", {"hold": "x", "holdFor": "8d"}),
        ("/v1/extend", {"hold": "x", "holdFor": "0s"}),
        ("/v1/check", call() | {"holdFor": 5}),
        ("/v1/check", call() | {"holdFor": "8d"}),
        ("/v1/check", call() | {"dryRun": "yes"}),
        ("/v1/check", call() | {"idempotencyKey": ""}),
        ("/v1/check", call() | {"idempotencyKey": "x" * 256}),
        ("/v1/check/batch", {"checks": [call()], "linked": 1}),
        ("/v1/check/batch", {"checks": [call()], "idempotencyKey": "a"}),
        ("/v1/check/batch", {"checks": [call() | {"idempotencyKey": "a"}], "linked": True}),
        ("/v1/check/batch", {"checks": [call() | {"dryRun": True}], "linked": True}),
        ("/v1/check/batch", {"checks": [call()], "group": True}),
    ],
)
def test_what_can_not_be_understood_is_refused(serve: Serve, path: str, body: Any) -> None:
    answer = post(serve(TOKENS), path, body)
    assert (answer.status, answer.json()["error"]["code"]) == (400, "request.invalid")
