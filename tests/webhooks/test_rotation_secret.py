"""The Secret that certificates are kept in."""

import base64
from datetime import timedelta
from typing import Any

import pytest

from interlock_webhooks.rotation.plan import Step
from interlock_webhooks.rotation.secret import Certificates, after, is_ours, read, written
from support.rotating import NAMES, START

_METADATA = {"name": "interlock-tls", "namespace": "interlock", "resourceVersion": "7"}


def begun() -> Certificates:
    return after(Step.BEGIN, None, NAMES, START)


def test_what_is_written_is_read_back() -> None:
    held = begun()
    secret = written(held, _METADATA)
    for step in (Step.ADD_AUTHORITY, Step.MARK_PUBLISHED, Step.ISSUE, Step.UNMARK, Step.DROP_OLD):
        held = after(step, held, NAMES, START)
        secret = written(held, _METADATA)
        found = read(secret)
        assert found is not None
        assert (found.bundle, found.leaf, found.published, found.old_until) == (
            held.bundle,
            held.leaf,
            held.published,
            held.old_until,
        )
        assert found.authority.pem() == held.authority.pem()
        assert is_ours(secret)
    assert set(secret["data"]) == {"ca.crt", "ca.key", "tls.crt", "tls.key"}


def test_other_notes_on_the_secret_stay_and_old_ones_of_ours_go() -> None:
    metadata = {**_METADATA, "annotations": {"team": "x", "interlock.dev/published": "2020-01-01T00:00:00Z"}}
    secret = written(begun(), metadata)
    assert secret["metadata"]["annotations"] == {"team": "x"}
    assert secret["metadata"]["resourceVersion"] == "7"


def _without(key: str) -> dict[str, Any]:
    secret = written(begun(), _METADATA)
    del secret["data"][key]
    return secret


def _with(key: str, content: bytes) -> dict[str, Any]:
    secret = written(begun(), _METADATA)
    secret["data"][key] = base64.b64encode(content).decode()
    return secret


@pytest.mark.parametrize(
    "secret",
    [
        {},
        {"data": None},
        {"data": {"ca.crt": "%"}},
        {"data": {"ca.crt": 7}},
        {"data": ["x"]},
        *map(_without, ("ca.crt", "ca.key", "tls.crt", "tls.key")),
        *(_with(key, b"nothing") for key in ("ca.crt", "ca.key", "tls.crt")),
        _with("ca.crt", begun().bundle),
        _with("tls.key", begun().leaf),
        {
            **written(begun(), _METADATA),
            "metadata": {"annotations": {"interlock.dev/published": "yesterday"}},
        },
        {
            **written(begun(), _METADATA),
            "metadata": {"annotations": {"interlock.dev/published": "2026-01-01T00:00:00"}},
        },
    ],
)
def test_what_is_no_such_secret_is_not_usable(secret: dict[str, Any]) -> None:
    assert read(secret) is None


@pytest.mark.parametrize(
    "metadata", [{}, {"labels": None}, {"labels": {"app.kubernetes.io/managed-by": "Helm"}}]
)
def test_a_secret_that_says_nothing_is_not_ours(metadata: dict[str, Any]) -> None:
    assert not is_ours({"metadata": metadata})


def test_facts_say_whether_names_are_missing() -> None:
    held = begun()
    assert held.facts([], NAMES).has_names
    assert not held.facts([], (*NAMES, "other.svc")).has_names
    assert held.facts([held.bundle, b"x" + held.bundle], NAMES).is_trusted
    assert not held.facts([held.bundle, b""], NAMES).is_trusted
    later = after(Step.ADD_AUTHORITY, held, NAMES, START + timedelta(days=1))
    assert not later.facts([], NAMES).leaf_is_newest
