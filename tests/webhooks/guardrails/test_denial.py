"""What whoever is refused gets to read."""

from interlock_webhooks.denial import MAX_SAID, said


def test_each_reason_is_a_line_with_what_to_do_about_it_and_is_said_once() -> None:
    reason = {"code": "violated", "message": "no\nmodel", "remedy": "use another"}
    error = {"code": "errored", "error": "no such key"}
    recorded = {"reasons": [reason, reason, error, {"code": "failed"}]}
    assert said(recorded) == "no model: use another\nno such key\nfailed"


def test_what_is_said_is_bounded() -> None:
    reasons = [{"code": "violated", "message": f"{number} é" * 400} for number in range(100)]
    assert len(said({"reasons": reasons}).encode()) <= MAX_SAID
