"""A policy decides the same wherever it is asked.

At the webhook, by the check API, in a program's own process, on the command line, and
written as Kubernetes' own policy, which our webhook has as well.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from interlock.cel.libraries.kubernetes.versions import NEWEST
from interlock.decisionlog.record import record
from interlock.engine import Engine
from interlock.engine.document import decide_as_it_stands
from interlock.errors import AuthorError
from interlock.exporting.documents import written
from interlock.exporting.export import exported
from interlock.exporting.validating import validating
from interlock.foreign.cluster import Snapshot
from interlock.loading.policyset import PolicySet, load
from interlock_webhooks.app import check_app, webhook_app
from interlock_webhooks.kubernetes.codec import message
from support.asgi import ask
from support.commandline import run
from support.exportable import REVIEWS, policies
from support.exporting import OPEN
from support.foreign.live import Fixed
from support.points import entered
from support.reviews import encoded
from support.service import service_over
from support.strategies import NOW

_SAID: Final = ("decision", "reasons", "warnings", "audits", "waived", "permits", "errors", "tried")


@contextmanager
def _folder(*texts: str) -> Iterator[Path]:
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "policies.yaml").write_text("\n---\n".join((OPEN, *texts)), encoding="utf-8")
        yield folder


def _loaded(folder: Path) -> PolicySet:
    try:
        return load([folder])
    except AuthorError:
        assume(False)  # noqa: FBT003 - what was drawn is no policy
        raise


def _said(recorded: Mapping[str, Any]) -> dict[str, Any]:
    return {key: recorded[key] for key in _SAID}


@settings(max_examples=40, deadline=None)
@given(policies(), st.sampled_from(REVIEWS))
def test_a_policy_decides_the_same_wherever_it_is_asked(text: str, asked: dict[str, Any]) -> None:
    with _folder(text) as folder:
        engine = Engine(_loaded(folder))
        expected = record(decide_as_it_stands(engine, asked, now=NOW).decision)
        service = service_over(folder)

        response = ask(webhook_app(service), "/validate", encoded(asked)).json()["response"]
        assert response["allowed"] is (expected["decision"] == "allow")
        assert response.get("status", {"message": ""})["message"] == message(expected)
        assert len(response.get("warnings", [])) == len(expected["warnings"])

        answer = ask(check_app(service), "/v1/check", encoded({"admission": asked["request"]}))
        assert _said(answer.json()) == _said(expected)

        check: Any = {"admission": asked["request"]}
        assert _said(record(engine.check(check, now=NOW))) == _said(expected)
        with entered(engine) as gate:
            assert _said(gate.check(check).record) == _said(expected)

        checked = run("check", str(folder), "-", "--output", "json", stdin=encoded(asked))
        (entry,) = json.loads(checked.stdout)
        assert _said(entry["decision"]) == _said(expected)


@settings(max_examples=40, deadline=None)
@given(policies(), st.sampled_from(REVIEWS))
def test_our_webhook_decides_the_same_by_what_a_policy_is_exported_as(text: str, asked: dict[str, Any]) -> None:
    with _folder(text) as folder:
        ours = _loaded(folder)
        found = exported(ours, validating, kinds=(), release=NEWEST)
        assume(not found.misfits)
        expected = record(decide_as_it_stands(Engine(ours), asked, now=NOW).decision)
    with _folder(written(found.objects)) as folder:
        service = service_over(folder)
        name = asked["request"]["namespace"]
        service.cluster = Fixed(Snapshot({name: {"metadata": {"name": name}}}))
        response = ask(webhook_app(service), "/validate", encoded(asked)).json()["response"]
        assert response["allowed"] is (expected["decision"] == "allow")
        assert bool(response.get("warnings")) is bool(expected["warnings"])
