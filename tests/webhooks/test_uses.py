"""Which requests take uses of waivers, and that they stay taken."""

import asyncio
import subprocess
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from interlock.decisionlog.recorded import RecordedDecision
from interlock.errors import OperatorError
from interlock.ledger.waivers.sqlite import SqliteUses
from interlock_webhooks.app import Application
from interlock_webhooks.reload import LivePolicies
from support.asgi import ask
from support.process import command, running
from support.reviews import chat, encoded, pod, review
from support.service import LoggedService, service_over
from support.waivers import waiver, write_world

_NOW = datetime.now(UTC)
_IN_FORCE = {
    "starts": (_NOW - timedelta(days=1)).isoformat(timespec="seconds"),
    "expires": (_NOW + timedelta(days=1)).isoformat(timespec="seconds"),
}


def _write(file: Path, reason: str = "a trial") -> None:
    """Policies with a waiver for one large model and one for one workload without a team, in force now."""
    models = waiver("models", "small", uses=1, reason=reason, **_IN_FORCE)
    write_world(file, [models, waiver("pods", "team", uses=1, policy="workloads", reason=reason, **_IN_FORCE)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with such policies."""
    made = tmp_path / "policies"
    made.mkdir()
    _write(made / "policies.yaml")
    return made


def _reviewed(webhook: Application, path: str = "/validate", **changes: Any) -> bool:
    answer = ask(webhook, path, encoded(review(pod(), **changes)))
    return bool(answer.json()["response"]["allowed"])


def _checked(check: Application, body: dict[str, Any]) -> dict[str, Any]:
    answer = ask(check, "/v1/check", encoded(body))
    assert answer.status == HTTPStatus.OK
    recorded: dict[str, Any] = answer.json()
    return recorded


def test_a_check_that_is_allowed_takes_a_use_and_says_how_many_were_left(check: Application) -> None:
    first, second = (_checked(check, chat("large")) for _ in range(2))
    assert (first["decision"], first["uses"]) == ("allow", {"models": 1})
    assert (second["decision"], second["uses"]) == ("deny", {"models": 0})
    msgspec.convert(first, RecordedDecision, strict=True)


def test_a_validated_review_takes_a_use(webhook: Application) -> None:
    assert _reviewed(webhook, uid="1")
    assert not _reviewed(webhook, uid="2")


@pytest.mark.parametrize(
    ("path", "changes"),
    [
        ("/validate", {"dryRun": True}),
        ("/mutate", {}),
        ("/mutate", {"operation": "DELETE", "oldObject": pod()}),
    ],
)
def test_dry_runs_and_mutations_take_none(webhook: Application, path: str, changes: dict[str, Any]) -> None:
    assert all(_reviewed(webhook, path, uid=uid, **changes) for uid in "ab")
    assert _reviewed(webhook, uid="c")
    assert not _reviewed(webhook, path, uid="d", **changes)


def test_a_review_that_is_sent_again_takes_its_use_once(webhook: Application) -> None:
    assert all(_reviewed(webhook, uid="1") for _ in range(3))
    assert not _reviewed(webhook, uid="1", name="another")


def test_an_admission_that_is_checked_counts_as_it_does_at_the_webhook(
    check: Application, webhook: Application
) -> None:
    request = review(pod(), uid="1")["request"]
    dry = _checked(check, {"admission": {**request, "dryRun": True}})
    twice = [_checked(check, {"admission": request}) for _ in range(2)]
    assert [decision["decision"] for decision in (dry, *twice)] == ["allow"] * 3
    assert _reviewed(webhook, uid="1")
    assert not _reviewed(webhook, uid="2")


@pytest.mark.parametrize("odd", [{"uid": ""}, {"uid": None}, {"dryRun": "true"}, {"dryRun": 1}])
def test_an_admission_without_identity_or_with_an_odd_dry_run_takes_its_use(
    check: Application, odd: dict[str, Any]
) -> None:
    request = {**review(pod(), uid="1")["request"], **odd}
    asked = [_checked(check, {"admission": request})["decision"] for _ in range(2)]
    # Where it has an identity, the second one is the first one made again.
    assert asked == ["allow", "deny" if "uid" in odd else "allow"]
    assert _checked(check, {"admission": {**request, "uid": "2", "dryRun": False}})["decision"] == "deny"


def test_a_batch_that_is_refused_takes_none(check: Application) -> None:
    refused = ask(check, "/v1/check/batch", encoded({"checks": [chat("large"), {"nothing": 1}]}))
    assert refused.status == HTTPStatus.BAD_REQUEST
    answer = ask(check, "/v1/check/batch", encoded({"checks": [chat("large"), chat("large")]}))
    assert [decision["decision"] for decision in answer.json()["decisions"]] == ["allow", "deny"]


def test_uses_are_counted_on_when_policies_are_loaded_again(
    folder: Path, service: LoggedService, check: Application
) -> None:
    assert _checked(check, chat("large"))["decision"] == "allow"
    _write(folder / "policies.yaml", reason="said better")
    asyncio.run(service.policies.reload())
    assert [line["changed"] for line in service.lines if line["event"] == "policies loaded"] == [True]
    assert _checked(check, chat("large"))["uses"] == {"models": 0}


def test_what_can_not_be_counted_does_not_come_into_force(tmp_path: Path, folder: Path) -> None:
    service = service_over(folder)
    with SqliteUses(tmp_path) as broken, pytest.raises(OperatorError, match="can't be counted"):
        LivePolicies((folder,), broken, service.metrics, service.log)


def test_a_service_that_can_not_count_does_not_start(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "state" / "uses.sqlite").mkdir(parents=True)
    fixed = ("--webhook-address", "127.0.0.1:0", "--check-address", "127.0.0.1:0", "--state-dir")
    ended = subprocess.run(
        command(folder, *fixed, tmp_path / "state"), capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 2
    assert "the uses of waivers in" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_uses_outlive_the_service(tmp_path: Path, folder: Path) -> None:
    state = tmp_path / "state"
    decided = []
    for _ in range(2):
        with running(folder, state) as service:
            answer = httpx.post(f"{service.check}/v1/check", json=chat("large")).json()
            decided.append((answer["decision"], answer["uses"]))
            service.process.kill()
    assert decided == [("allow", {"models": 1}), ("deny", {"models": 0})]
    assert (state / "uses.sqlite").stat().st_mode & 0o777 == 0o600
