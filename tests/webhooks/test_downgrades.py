"""Changes of calls that see how accounts stand."""

from support.budgets import limited
from support.checkcalls import Serve, check, clamped, post

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
