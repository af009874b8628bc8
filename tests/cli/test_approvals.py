"""`interlock approvals`, with a service that runs and an access that a person may approve."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from typer.testing import Result

from support import commandline
from support.authzen.appealing import POLICIES, payment, submission
from support.process import running

ESCAPE = "\x1b]0;pwned\x07"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("approvals")
    (folder / "policies").mkdir()
    (folder / "policies" / "all.yaml").write_text(POLICIES, encoding="utf-8")
    with running(folder / "policies", folder / "state", "--no-watch") as started:
        yield started.check


def _run(service: str, *arguments: str) -> Result:
    ended = commandline.run("approvals", *arguments, "--service", service)
    assert all(character.isprintable() or character == "\n" for character in ended.stdout + ended.stderr)
    return ended


def _done(service: str, *arguments: str) -> str:
    ended = _run(service, *arguments)
    assert (ended.exit_code, ended.stderr) == (0, "")
    return ended.stdout


def _asked(service: str, evaluation: dict[str, Any]) -> str:
    """The id of an access request about `evaluation`, which policies deny."""
    with httpx.Client(base_url=service) as client:
        denied = client.post("/access/v1/evaluation", json=evaluation).json()
        asked = client.post("/access/v1/requests", json=submission(evaluation, denied["context"])).json()
    found: str = asked["task"]["id"]
    return found


def _presented(service: str, id_: str, evaluation: dict[str, Any]) -> bool:
    """Whether `evaluation` is allowed with what became of the access request of that id."""
    with httpx.Client(base_url=service) as client:
        task = client.get("/access/v1/requests/task", params={"id": id_}).json()
        context = {**evaluation["context"], "approval": task["result"]["approval"]}
        answer = client.post("/access/v1/evaluation", json={**evaluation, "context": context}).json()
    allowed: bool = answer["decision"]
    return allowed


def test_who_approves_sees_what_is_wanted_and_why(service: str) -> None:
    id_ = _asked(service, payment(f"acme\n{ESCAPE}", amount=7))
    listed = _done(service, "list")
    assert id_ in listed
    assert "user ann wants to pay payment acme \\x1b]0;pwned\\x07, asked by local" in listed
    assert 'properties: {"amount": 7}' in listed
    assert "denied: nobody stands for this payment" in listed
    assert "wanted: the invoice is due" in listed
    assert "claims: approvedBy" in listed
    assert id_ in {asked["id"] for asked in json.loads(_done(service, "list", "--output", "json"))}
    assert _done(service, "deny", id_, "--approver", "tess") == "denied\n"
    assert id_ not in _done(service, "list")


def test_what_is_approved_may_be_done(service: str) -> None:
    evaluation = payment("globex")
    id_ = _asked(service, evaluation)
    assert _done(service, "approve", id_, "--approver", "tess", "--for", "8h").startswith("approved until 20")
    assert _presented(service, id_, evaluation)


def test_nobody_approves_their_own_access(service: str) -> None:
    refused = _run(service, "approve", _asked(service, payment("initech")), "--approver", "ann")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr.endswith("nobody approves their own access: ask somebody else\n")


def test_an_approval_holds_for_a_length_of_time(service: str) -> None:
    refused = _run(service, "approve", "any", "--approver", "tess", "--for", "soon")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr == "interlock: `--for` is `soon`: give a length of time such as `8h`\n"
