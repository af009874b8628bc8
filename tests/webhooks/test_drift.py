"""How what is in a cluster differs from what should be."""

from typing import Any

import pytest

from interlock_webhooks.installation.drift import bundles_of, mended

_OWNER = {"kind": "ClusterRole", "name": "interlock", "uid": "1"}
_WANTED: dict[str, Any] = {
    "kind": "ValidatingWebhookConfiguration",
    "metadata": {"name": "interlock", "labels": {"a": "b"}, "ownerReferences": [_OWNER]},
    "webhooks": [{"name": "v", "clientConfig": {"caBundle": "UEVN"}}],
}


def found(**metadata: Any) -> dict[str, Any]:
    return {**_WANTED, "metadata": {**_WANTED["metadata"], "resourceVersion": "7", **metadata}}


def test_nothing_is_mended_that_says_all_that_is_wanted() -> None:
    assert mended(found(), _WANTED) is None
    assert mended(found(labels={"a": "b", "c": "d"}, annotations={"x": "y"}), _WANTED) is None


@pytest.mark.parametrize(
    "metadata",
    [
        {"labels": {}},
        {"labels": None},
        {"labels": {"a": "c"}},
        {"ownerReferences": None},
        {"ownerReferences": []},
        {"ownerReferences": [{**_OWNER, "name": "other"}]},
    ],
)
def test_what_is_missing_is_put_back_once(metadata: dict[str, Any]) -> None:
    new = mended(found(**metadata), _WANTED)
    assert new is not None
    assert new["metadata"]["labels"] == {"a": "b"}
    assert new["metadata"]["ownerReferences"] == [_OWNER]
    assert new["metadata"]["resourceVersion"] == "7"
    assert mended(new, _WANTED) is None


def test_further_owners_stay() -> None:
    other = {"kind": "ConfigMap", "name": "x", "uid": "2"}
    assert mended(found(ownerReferences=[other, _OWNER]), _WANTED) is None
    new = mended(found(ownerReferences=[other]), _WANTED)
    assert new is not None
    assert new["metadata"]["ownerReferences"] == [other, _OWNER]


def test_bundles_that_are_none_are_trusted_by_nobody() -> None:
    clients = [{"caBundle": "UEVN"}, {"caBundle": "%"}, {"caBundle": 7}, {}, None]
    body = {"webhooks": [{"clientConfig": client} for client in clients]}
    assert bundles_of(body) == [b"PEM", b"", b"", b"", b""]
    assert bundles_of({"webhooks": None}) == []
