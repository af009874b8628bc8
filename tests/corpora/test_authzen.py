"""OpenID's conformance suite and the working group's interop scenarios, against a service that runs.

The scenarios are ordinary policies and catalogs in testdata/authzen, and who asks is an
ordinary client, which shows a token.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from interlock_webhooks.clients.tokens import digest_of, new_token
from support.authzen.corpus import CORPUS, FIXTURES, Case, interoperations, modules
from support.clients import document, listed
from support.process import running

pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="the third-party test data is not beside this clone"
)

_REQUEST_ID: Final = "bfe9eb29-ab87-4ca3-be83-a1d5d8305716"
_MOST_PAGES: Final = 100
_TOKENS: Final = {"given": new_token(), "wrong": new_token()}
_EVERYBODY: Final = {"principals": {"ids": ["*"], "groups": ["*"], "claims": ["*"]}}


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, httpx.Client]]:
    """A client of each scenario's service."""
    clients = tmp_path_factory.mktemp("clients") / "clients.yaml"
    way = {"token": {"digest": digest_of(_TOKENS["given"])}}
    clients.write_text(document(listed("suite", way, speakFor=_EVERYBODY)), encoding="utf-8")
    with ExitStack() as stack:
        asking = {}
        for folder in filter(Path.is_dir, sorted(FIXTURES.iterdir())):
            state = tmp_path_factory.mktemp(folder.name)
            service = stack.enter_context(running(folder, state, "--clients", clients))
            asking[folder.name] = stack.enter_context(httpx.Client(base_url=service.check, timeout=30))
        yield asking


def _cases() -> list[Case]:
    return [*modules(), *interoperations()] if CORPUS.is_dir() else []


def test_all_cases_are_there() -> None:
    assert len([*modules()]) == 369
    assert len([*interoperations()]) == 40 + 3 + 25 + 60 + 18 + 120


@pytest.mark.parametrize("case", _cases(), ids=lambda case: case.id)
def test_a_case_is_answered_as_it_must_be(case: Case, services: dict[str, httpx.Client]) -> None:
    client = services[case.scenario]
    answer = _ask(client, case, case.body)
    assert answer.status_code in case.statuses, answer.text
    if case.has_request_id:
        assert answer.headers["x-request-id"] == _REQUEST_ID
    if case.decision is not None:
        assert answer.json()["decision"] is case.decision
    if case.decisions is not None:
        assert tuple(each["decision"] for each in answer.json()["evaluations"]) == case.decisions
    if case.results is not None:
        found = [*_results(client, case, answer.json())]
        assert all(dict(result) in found for result in case.results)
        assert not case.is_exact or len(found) == len(case.results)


def _ask(client: httpx.Client, case: Case, body: bytes) -> httpx.Response:
    headers = {"content-type": case.media_type}
    if case.has_request_id:
        headers["x-request-id"] = _REQUEST_ID
    if case.credentials in _TOKENS:
        headers["authorization"] = f"Bearer {_TOKENS[case.credentials]}"
    return client.request(case.method, case.path, content=body, headers=headers)


def _results(client: httpx.Client, case: Case, page: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What is found, on all pages."""
    request = json.loads(case.body)
    for _ in range(_MOST_PAGES):
        assert len(page["results"]) <= request.get("page", {}).get("limit", 1_000)
        yield from page["results"]
        token = page.get("page", {}).get("next_token")
        if not token:
            return
        # Section 8.2 of the specification: a further page is asked for by its token.
        further = {**request, "page": {**request.get("page", {}), "token": token}}
        answer = _ask(client, case, json.dumps(further).encode())
        assert answer.status_code == 200, answer.text
        page = answer.json()
    raise AssertionError("the pages do not end")
