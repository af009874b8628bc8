"""How what is in a cluster differs from what should be. Pure."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Final

from interlock.registration.configuration import INJECTION

Object = dict[str, Any]

_NOTED: Final = ("labels", "annotations")


def mended(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> Object | None:
    """`found`, a webhook configuration, with all that `wanted` says; None where it says that already.

    Further labels, annotations and owners are somebody else's and stay. Where
    cert-manager injects whom to trust, that stays, too.
    """
    was, wish = found.get("metadata") or {}, wanted["metadata"]
    metadata = {**was, **{key: {**(was.get(key) or {}), **(wish.get(key) or {})} for key in _NOTED}}
    metadata["ownerReferences"] = _united(was.get("ownerReferences"), wish.get("ownerReferences"))
    new = {**found, "metadata": metadata, "webhooks": _webhooks(found, wanted)}
    is_noted = all((was.get(key) or {}) == metadata[key] for key in _NOTED)
    is_owned = (was.get("ownerReferences") or []) == metadata["ownerReferences"]
    return None if is_noted and is_owned and (found.get("webhooks") or []) == new["webhooks"] else new


def bundles_of(found: Mapping[str, Any]) -> list[bytes]:
    """Whom each webhook of a configuration trusts; nobody where that can't be read."""
    return [_decoded((each.get("clientConfig") or {}).get("caBundle")) for each in found.get("webhooks") or []]


def _decoded(text: object) -> bytes:
    try:
        return base64.b64decode(text if isinstance(text, str) else "", validate=True)
    except binascii.Error:
        return b""


def _united(found: list[Object] | None, wished: list[Object] | None) -> list[Object]:
    """The owners in both; one that is wished for takes the place of itself as it was."""
    uids = {each.get("uid") for each in wished or ()}
    return [*(each for each in found or () if each.get("uid") not in uids), *(wished or ())]


def _webhooks(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[Object]:
    if INJECTION not in (wanted["metadata"].get("annotations") or {}):
        return list(wanted["webhooks"])
    injected = {each.get("name"): each.get("clientConfig") or {} for each in found.get("webhooks") or []}
    return [_injected(each, injected.get(each["name"], {})) for each in wanted["webhooks"]]


def _injected(webhook: Object, client: Mapping[str, Any]) -> Object:
    if "caBundle" not in client:
        return webhook
    return {**webhook, "clientConfig": {**webhook["clientConfig"], "caBundle": client["caBundle"]}}
