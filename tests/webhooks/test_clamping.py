"""Calls that may write as many tokens as budgets have left."""

import pytest

from support.budgets import limited
from support.checkcalls import Serve, check, clamped, used


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


def test_budgets_that_only_warn_or_that_tokens_do_not_draw_on_clamp_nothing(serve: Serve) -> None:
    app = serve(
        limited("tokens", 54, "  onExceed: clamp\n"),
        limited("outputTokens", 30, "  onExceed: warn\n", name="warned"),
        limited("calls", 1, name="calls"),
    )
    recorded = clamped(app)
    assert (recorded["decision"], recorded["patches"][0]["value"]) == ("allow", 50)


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


def test_a_call_of_no_declared_length_is_clamped_where_a_policy_declares_it(serve: Serve) -> None:
    policy = """\
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {name: answers-end}
spec:
  layer: platform
  match: {actions: [model.chat], kinds: [ChatCompletion]}
  description: Whoever does not say how long an answer may be gets one of a hundred tokens.
  defaults:
    - {path: [max_tokens], value: 100}
"""
    budget = limited("tokens", 54, "  onExceed: clamp\n")
    (patch,) = clamped(serve(policy, budget), most=None)["patches"]
    assert (patch["path"], patch["value"]) == (["max_tokens"], 50)


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
