"""Every gateway gets what it understands: messages in `testdata` have their answers beside them."""

import json
from pathlib import Path

import pytest

from interlock_webhooks.app import check_app
from support.conversing import CALLERS, conversations, send, sent
from support.policies import write_policies
from support.service import service_over

_ALL = [pytest.param(path, id=f"{caller}/{path.stem}") for caller in CALLERS for path in conversations(caller)]


@pytest.mark.parametrize("path", _ALL)
def test_a_gateway_is_answered_in_its_own_words(path: Path, tmp_path: Path) -> None:
    message, service = sent(path), service_over(write_policies(tmp_path))
    answer = send(check_app(service), message)
    assert answer.status == message["status"]
    text = answer.body.decode().replace(service.policies.in_force.engine.policies.digest, "DIGEST")
    is_json = text and answer.headers["content-type"] == "application/json"
    assert (json.loads(text) if is_json else text or None) == message["answer"]
