"""Patches as requests bring them, and server-side apply: who applied what, and what of it is still wanted."""

import json
from typing import Any

import yaml

from support.kubernetes import jsonpatch
from support.kubernetes.asked import Asked
from support.kubernetes.failures import Failure, bad_request, conflict, invalid
from support.kubernetes.patches import PatchError, merge_key, merge_patch, strategic_patch
from support.kubernetes.resources import Object

APPLY = "application/apply-patch+yaml"


def patched(asked: Asked, before: Object, content_type: str, body: bytes) -> Object:
    """`before` after a patch of `content_type`."""
    try:
        patch = json.loads(body)
        match content_type:
            case "application/merge-patch+json":
                found: Object = merge_patch(before, patch)
            case "application/json-patch+json":
                found = jsonpatch.applied(before, jsonpatch.decoded(patch))
            case "application/strategic-merge-patch+json" if not asked.resource.custom:
                found = strategic_patch(before, patch)
            case _:
                message = f"the body of the request was in an unknown format - {content_type}"
                raise Failure(415, "UnsupportedMediaType", message)
    except PatchError as error:
        raise invalid(asked.resource, asked.name, [("patch", str(error))]) from error
    except ValueError as error:
        raise bad_request(f"the patch can't be read: {error}") from error
    return found


class Appliers:
    """What each field manager applied to each object last, by its uid."""

    def __init__(self) -> None:
        self._applied: dict[tuple[str, str], Object] = {}

    def apply(self, asked: Asked, before: Object, body: bytes) -> Object:
        """`before` with what is applied, and without what its manager applied before and does no more.

        Raises:
            Failure: 409 where another manager applied another value, unless forced.
        """
        manager = asked.query.get("fieldManager") or "unknown"
        wanted = configuration(body)
        others = [each for (uid, who), each in self._applied.items() if uid == _uid(before) and who != manager]
        if asked.query.get("force") not in {"true", "1"} and any(_conflict(each, wanted) for each in others):
            raise conflict(
                asked.resource, asked.name, f"Apply failed with conflicts: {manager} is not the manager"
            )
        last = self._applied.get((_uid(before), manager), {})
        kept = _without(before, last, wanted)
        return _applied(kept, wanted, lists=not asked.resource.custom)

    def remember(self, asked: Asked, stored: Object, body: bytes) -> None:
        """That `body` was applied to what is `stored` now."""
        self._applied[_uid(stored), asked.query.get("fieldManager") or "unknown"] = configuration(body)


def configuration(body: bytes) -> Object:
    """What is applied: without what the server says of it."""
    found = yaml.safe_load(body)
    if not isinstance(found, dict) or "apiVersion" not in found or "kind" not in found:
        raise bad_request("what is applied must have `apiVersion` and `kind`")
    metadata = {key: each for key, each in (found.get("metadata") or {}).items() if key != "managedFields"}
    return {**found, "metadata": metadata}


def _uid(body: Object) -> str:
    return str(body["metadata"]["uid"])


def _applied(before: Object, wanted: Object, *, lists: bool) -> Object:
    merge = strategic_patch if lists else merge_patch
    merged: Object = merge(before, wanted)
    return merged


def _without(before: Any, last: Any, wanted: Any) -> Any:
    """`before` without what is in `last` and not in `wanted`."""
    if not (isinstance(before, dict) and isinstance(last, dict) and isinstance(wanted, dict)):
        return before
    kept = {}
    for key, each in before.items():
        if key in last and key not in wanted:
            continue
        kept[key] = _without_items(key, each, last.get(key), wanted.get(key))
    return kept


def _without_items(field: str, before: Any, last: Any, wanted: Any) -> Any:
    if not (isinstance(before, list) and isinstance(last, list) and isinstance(wanted, list)):
        return _without(before, last, wanted)
    key = merge_key(field, [*before, *last, *wanted])
    if key is None:
        return before
    gone = {each[key] for each in last} - {each[key] for each in wanted}
    return [each for each in before if each[key] not in gone]


def _conflict(other: Any, wanted: Any) -> bool:
    if isinstance(other, dict) and isinstance(wanted, dict):
        return any(_conflict(other[key], wanted[key]) for key in other.keys() & wanted.keys())
    return bool(other != wanted)
