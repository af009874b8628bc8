"""Checks that hold what they draw on budgets, and what is said of holds afterwards."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from interlock.identity import OrganizationName
from interlock.ledger.hold import hold_id
from interlock_webhooks.app import Application, check_app
from support.asgi import Answer, ask
from support.budgets import WORLD, call, limited
from support.service import service_over

Serve = Callable[..., Application]


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    """The check API of a service over budgets, beside which nothing is forbidden."""

    def over(*budgets: str) -> Application:
        (tmp_path / "all.yaml").write_text("\n---\n".join([*WORLD, *budgets]), encoding="utf-8")
        return check_app(service_over(tmp_path))

    return over


def post(app: Application, path: str, body: Any) -> Answer:
    return ask(app, path, msgspec.json.encode(body))


def check(app: Application, **terms: Any) -> dict[str, Any]:
    answer = post(app, "/v1/check", call() | terms)
    assert answer.status == 200, answer.body
    recorded: dict[str, Any] = answer.json()
    return recorded


def used(app: Application) -> tuple[int, int]:
    """What is spent and held now."""
    (account,) = check(app, dryRun=True)["budgets"]
    return account["spent"], account["held"]


TOKENS = limited("tokens", 300)


def test_a_check_holds_and_the_next_one_sees_it(serve: Serve) -> None:
    app = serve(TOKENS)
    first, second, third = (check(app) for _ in range(3))
    assert [each["decision"] for each in (first, second, third)] == ["allow", "allow", "deny"]
    assert [each["budgets"][0]["held"] for each in (first, second, third)] == [0, 104, 208]
    assert set(first["hold"]) == {"id", "expires"}
    assert "hold" not in third


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


def test_a_dry_run_holds_nothing(serve: Serve) -> None:
    app = serve(TOKENS)
    assert "hold" not in check(app, dryRun=True)
    assert used(app) == (0, 0)


def test_who_asks_again_under_a_key_is_answered_as_before(serve: Serve) -> None:
    app = serve(TOKENS)
    first = check(app, idempotencyKey="a")
    assert check(app, idempotencyKey="a") == first
    assert check(app, idempotencyKey="b") != first
    assert used(app) == (0, 208)


def test_equal_json_is_the_same_body_however_it_is_written(serve: Serve) -> None:
    app = serve(TOKENS)
    body = call() | {"idempotencyKey": "a"}
    first = post(app, "/v1/check", body)
    shuffled = msgspec.json.format(msgspec.json.encode(dict(reversed(body.items()))), indent=3)
    assert ask(app, "/v1/check", shuffled).body == first.body


def test_a_key_with_another_body_is_a_conflict(serve: Serve) -> None:
    app = serve(TOKENS)
    check(app, idempotencyKey="a")
    answer = post(app, "/v1/check", call(most=5) | {"idempotencyKey": "a"})
    assert (answer.status, answer.json()["error"]["code"]) == (409, "request.conflict")
    assert used(app) == (0, 104)


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


# Clamping


def clamped(app: Application, most: int | None = 100, **chat: Any) -> dict[str, Any]:
    body = call(most=most)
    body["chat"] |= chat
    answer = post(app, "/v1/check", body | {"appliesPatches": True})
    assert answer.status == 200, answer.body
    recorded: dict[str, Any] = answer.json()
    return recorded


@pytest.mark.parametrize(
    ("unit", "limit", "tokens"),
    [
        ("outputTokens", 40, 40),
        ("tokens", 44, 40),
        ("cost", '"0.000084"', 40),
        ("cost", '"0.000085"', 40),
        ("tokens", 104, 100),
    ],
)
def test_a_call_may_write_the_most_tokens_that_fit(serve: Serve, unit: str, limit: object, tokens: int) -> None:
    recorded = clamped(serve(limited(unit, limit, "  onExceed: clamp\n")))
    assert recorded["decision"] == "allow"
    patches = [{"path": ["max_tokens"], "value": tokens, "policies": ["team-tokens"]}]
    assert recorded["patches"] == (patches if tokens < 100 else [])
    assert recorded["budgets"][0]["left"] >= recorded["budgets"][0]["amount"]


def test_all_answers_of_a_call_share_what_fits(serve: Serve) -> None:
    app = serve(limited("outputTokens", 50, "  onExceed: clamp\n"))
    recorded = clamped(app, n=3, max_completion_tokens=90)
    assert [(each["path"], each["value"]) for each in recorded["patches"]] == [
        (["max_completion_tokens"], 16),
        (["max_tokens"], 16),
    ]
    assert recorded["budgets"][0]["amount"] == 48


def test_the_tightest_of_all_budgets_clamps(serve: Serve) -> None:
    app = serve(
        limited("tokens", 54, "  onExceed: clamp\n"),
        limited("outputTokens", 30, "  onExceed: clamp\n", name="writing"),
        limited("cost", '"1"', name="money"),
    )
    (patch,) = clamped(app)["patches"]
    assert (patch["value"], patch["policies"]) == (30, ["team-tokens", "writing"])


@pytest.mark.parametrize(
    "budgets",
    [
        (limited("tokens", 54),),
        (limited("tokens", 4, "  onExceed: clamp\n"),),
        (limited("tokens", 54, "  onExceed: clamp\n"), limited("calls", 0, name="calls")),
        (limited("tokens", 54, "  onExceed: clamp\n"), limited("outputTokens", 60, name="other")),
    ],
)
def test_what_no_smaller_number_or_nobody_lets_fit_is_denied(serve: Serve, budgets: tuple[str, ...]) -> None:
    recorded = clamped(serve(*budgets))
    assert (recorded["decision"], recorded["patches"]) == ("deny", [])


def test_who_passes_nothing_on_is_denied(serve: Serve) -> None:
    app = serve(limited("tokens", 54, "  onExceed: clamp\n"))
    assert check(app)["decision"] == "deny"
    assert used(app) == (0, 0)


def test_a_call_of_no_declared_length_is_not_clamped(serve: Serve) -> None:
    recorded = clamped(serve(limited("tokens", 54, "  onExceed: clamp\n")), most=None)
    assert recorded["reasons"][0]["code"] == "uncharged"


def test_a_policy_that_wants_more_tokens_keeps_a_call_from_being_clamped(serve: Serve) -> None:
    policy = """\
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: long-answers}
spec:
  layer: platform
  match: {actions: [model.chat], kinds: [ChatCompletion]}
  description: Answers are long.
  clamps:
    - {path: [max_tokens], floor: 80}
"""
    app = serve(policy, limited("tokens", 54, "  onExceed: clamp\n"))
    assert clamped(app)["decision"] == "deny"
    assert clamped(serve(policy, limited("tokens", 90, "  onExceed: clamp\n")))["patches"][0]["value"] == 86


# Providers' own words


RESPONSE: dict[str, Any] = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "model": "gpt-4o-2024-08-06",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}],
    "usage": {
        "prompt_tokens": 1000,
        "completion_tokens": 10,
        "total_tokens": 1010,
        "prompt_tokens_details": {"cached_tokens": 400},
    },
}


def test_a_providers_response_says_what_was_used_and_what_it_cost(serve: Serve) -> None:
    app = serve(limited("cost", '"100"'))
    hold = check(app)["hold"]["id"]
    answer = post(app, "/v1/settle", {"hold": hold, "response": RESPONSE, "provider": "openai"}).json()
    # 600 at 2.50 USD a million, 400 from the cache at 1.25, 10 written at 10.00
    assert answer["cost"] == "0.0021"
    assert answer["price"].startswith("sha256:")
    assert used(app) == (2100, 0)


def test_prices_of_the_catalog_count_before_those_that_are_published(serve: Serve) -> None:
    app = serve(limited("cost", '"100"'))
    hold = check(app)["hold"]["id"]
    response = RESPONSE | {"model": "priced"}
    body = {"hold": hold, "response": response, "provider": "openai"}
    assert post(app, "/v1/settle", body).json()["cost"] == "0.00102"


def test_tokens_of_a_response_are_booked(serve: Serve) -> None:
    app = serve(limited("tokens", 2000))
    post(app, "/v1/settle", {"hold": check(app)["hold"]["id"], "response": RESPONSE, "provider": "openai"})
    assert used(app) == (1010, 0)


def test_an_unpriced_response_costs_what_was_held(serve: Serve) -> None:
    app = serve(limited("cost", '"100"'))
    hold = check(app)["hold"]["id"]
    response = RESPONSE | {"model": "nobody-knows-it"}
    answer = post(app, "/v1/settle", {"hold": hold, "response": response, "provider": "openai"}).json()
    assert "cost" not in answer
    assert used(app) == (204, 0)


def test_what_is_stated_counts_before_what_is_read(serve: Serve) -> None:
    app = serve(limited("tokens", 2000))
    hold = check(app)["hold"]["id"]
    body = {"hold": hold, "response": RESPONSE, "provider": "openai", "used": {"tokens": 7}}
    assert post(app, "/v1/settle", body).status == 200
    assert used(app) == (7, 0)


@pytest.mark.parametrize(
    "response",
    [
        {},
        {"model": "gpt-4o"},
        RESPONSE | {"usage": None},
        RESPONSE | {"usage": {"prompt_tokens": -1, "completion_tokens": 1}},
        RESPONSE | {"usage": {"prompt_tokens": "many", "completion_tokens": 1}},
        RESPONSE | {"usage": {"prompt_tokens": 2**60, "completion_tokens": 1}},
        RESPONSE | {"usage": [RESPONSE["usage"]]},
        RESPONSE | {"model": {"name": "gpt-4o"}},
    ],
)
def test_a_response_that_can_not_be_read_is_refused_and_settles_nothing(serve: Serve, response: Any) -> None:
    app = serve(limited("tokens", 2000))
    hold = check(app)["hold"]["id"]
    answer = post(app, "/v1/settle", {"hold": hold, "response": response, "provider": "openai"})
    assert (answer.status, answer.json()["error"]["code"]) == (400, "request.invalid")
    assert used(app) == (0, 104)


# Changes that see how accounts stand


DOWNGRADE = """\
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: cheaper-near-the-end}
spec:
  layer: platform
  match: {actions: [model.chat], kinds: [ChatCompletion]}
  description: Who has used most of a budget gets a smaller model.
  locks:
    - {path: [model], value: unpriced, when: "budgets.exists(b, b.unit == 'tokens' && b.usedPercent >= 50)"}
"""


def test_a_policy_downgrades_the_model_when_half_of_a_budget_is_used(serve: Serve) -> None:
    app = serve(DOWNGRADE, limited("tokens", 250))
    first, second = clamped(app), clamped(app)
    assert (first["patches"], second["patches"]) == ([], [])
    post(app, "/v1/release", {"hold": second["hold"]["id"]})
    post(app, "/v1/settle", {"hold": first["hold"]["id"], "used": {"tokens": 125}})
    third = clamped(app)
    assert third["decision"] == "allow"
    assert [(each["path"], each["value"]) for each in third["patches"]] == [(["model"], "unpriced")]


def test_what_is_changed_is_what_is_charged(serve: Serve) -> None:
    app = serve(DOWNGRADE, limited("tokens", 250), limited("cost", '"1"', name="money"))
    first = clamped(app)
    post(app, "/v1/settle", {"hold": first["hold"]["id"], "used": {"tokens": 125}})
    assert [each["code"] for each in clamped(app)["reasons"]] == ["uncharged"]


def test_who_passes_no_changes_on_keeps_the_model(serve: Serve) -> None:
    app = serve(DOWNGRADE, limited("tokens", 250))
    post(app, "/v1/settle", {"hold": check(app)["hold"]["id"], "used": {"tokens": 125}})
    assert check(app)["patches"] == []
