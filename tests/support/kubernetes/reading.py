"""Get, list and watch."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

from support.kubernetes.asked import Asked
from support.kubernetes.failures import Failure, expired, not_found
from support.kubernetes.resources import Object, Resource
from support.kubernetes.selectors import by_fields, by_labels
from support.kubernetes.store import Change, Store
from support.kubernetes.tables import at, table

_INITIAL_END: Final = "k8s.io/initial-events-end"


class Reader:
    """What is asked of a store without changing it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._marked = 0

    def bookmark(self) -> None:
        """Tell every watch that wants to know how far it is."""
        self._marked += 1
        self._store.wake()

    def one(self, asked: Asked, *, as_table: bool) -> Object:
        """One object, or what its subresource is."""
        found = self._store.get(asked.resource, asked.namespace, asked.name)
        if asked.subresource == "scale":
            return scale_of(asked.resource, found)
        if asked.subresource not in {"", "status", "ephemeralcontainers", "resize"}:
            raise not_found(asked.resource, asked.name)
        served = as_version(asked.resource, found)
        return table(asked.resource, [served], str(self._store.version)) if as_table else served

    def collection(self, asked: Asked, *, as_table: bool) -> Object:
        """All objects of a collection that are selected, or a page of them."""
        resource, query = asked.resource, asked.query
        if token := query.get("continue"):
            version, items = self._store.rest(token)
        else:
            selected = _selected(query)
            everything = self._store.all(resource, asked.namespace)
            version, items = self._store.version, list(filter(selected, everything))
        limit = int(query.get("limit") or len(items))
        metadata: Object = {"resourceVersion": str(version)}
        if rest := items[limit:]:
            metadata |= {"continue": self._store.keep_rest(rest, version), "remainingItemCount": len(rest)}
        served = [as_version(resource, each) for each in items[:limit]]
        if as_table:
            return table(resource, served, str(version)) | {"metadata": metadata}
        bare = [each if resource.custom else _untyped(each) for each in served]
        return {
            "apiVersion": resource.api_version,
            "kind": f"{resource.kind}List",
            "metadata": metadata,
            "items": bare,
        }

    async def watch(self, asked: Asked) -> AsyncIterator[bytes]:
        """The events after the version that is asked for, a line each, until the time is over."""
        until = asyncio.get_running_loop().time() + float(asked.query.get("timeoutSeconds") or 1800)
        told = _Told(asked.resource, asked.query)
        try:
            for line in self._initial(asked, told):
                yield line
            marked = self._marked
            while True:
                # All that happened before the first line is told; what happens meanwhile, in the next round.
                lines = told.changes(self._store.since(told.version), asked.namespace)
                told.version = self._store.version
                over = asyncio.get_running_loop().time() >= until
                if told.marks and (over or marked != self._marked):
                    lines.append(told.bookmark())
                marked = self._marked
                for line in lines:
                    yield line
                if over:
                    return
                if told.version == self._store.version and marked == self._marked:
                    await _within(self._store.changes, until)
        except Failure as failure:
            yield _line("ERROR", failure.status)

    def _initial(self, asked: Asked, told: "_Told") -> list[bytes]:
        """What a watch tells first, where it does not go on after a version."""
        since = asked.query.get("resourceVersion") or "0"
        begins = asked.query.get("sendInitialEvents") == "true"
        if since != "0" and not begins:
            told.version = int(since)
            if told.version > self._store.version:
                raise expired(f"too large resource version: {told.version}")
            return []
        told.version = self._store.version
        present = filter(told.selected, self._store.all(asked.resource, asked.namespace))
        lines = [told.event("ADDED", each) for each in present]
        return [*lines, told.bookmark({_INITIAL_END: "true"})] if begins else lines


class _Told:
    """How far one watch is, and in which words it says so."""

    def __init__(self, resource: Resource, query: Any) -> None:
        self._resource = resource
        self.selected = _selected(query)
        self.marks = query.get("allowWatchBookmarks") in {"true", "1"}
        self.version = 0

    def changes(self, changes: Any, namespace: str) -> list[bytes]:
        """The events of `changes`: an object that is selected no more is deleted, as far as the watch sees."""
        lines = []
        for change in changes:
            self.version = change.version
            if change.shelf == self._resource.shelf and _in(namespace, change):
                lines += self._lines(change)
        return lines

    def _lines(self, change: Change) -> list[bytes]:
        was = change.before is not None and self.selected(change.before)
        now = change.after is not None and self.selected(change.after)
        if not (was or now):
            return []
        body = change.after or change.before
        assert body is not None
        if was and not now and change.before is not None:
            shown = {
                **change.before,
                "metadata": {**change.before["metadata"], "resourceVersion": str(change.version)},
            }
            return [self.event("DELETED", shown)]
        return [self.event("MODIFIED" if was else "ADDED", body)]

    def event(self, kind: str, body: Object) -> bytes:
        """One event."""
        return _line(kind, as_version(self._resource, body))

    def bookmark(self, annotations: dict[str, str] | None = None) -> bytes:
        """How far the watch is."""
        metadata: Object = {"resourceVersion": str(self.version), "creationTimestamp": None}
        if annotations:
            metadata["annotations"] = annotations
        kind, version = self._resource.kind, self._resource.api_version
        return _line("BOOKMARK", {"apiVersion": version, "kind": kind, "metadata": metadata})


def as_version(resource: Resource, body: Object) -> Object:
    """`body` in the version of `resource`: the versions of a definition differ in nothing else."""
    return {**body, "apiVersion": resource.api_version, "kind": resource.kind}


def scale_of(resource: Resource, body: Object) -> Object:
    """The `scale` of an object."""
    paths = resource.scale or {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas"}
    metadata = {
        key: each
        for key, each in body["metadata"].items()
        if key in {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"}
    }
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": metadata,
        "spec": {"replicas": at(body, paths["specReplicasPath"]) or 0},
        "status": {"replicas": at(body, paths["statusReplicasPath"]) or 0},
    }


def _selected(query: Any) -> Callable[[Object], bool]:
    labels, fields = by_labels(query.get("labelSelector", "")), by_fields(query.get("fieldSelector", ""))
    return lambda body: labels(body) and fields(body)


def _in(namespace: str, change: Change) -> bool:
    body = change.after or change.before
    return not namespace or (body is not None and body["metadata"].get("namespace") == namespace)


def _untyped(body: Object) -> Object:
    return {key: each for key, each in body.items() if key not in {"kind", "apiVersion"}}


def _line(kind: str, body: Object) -> bytes:
    return json.dumps({"type": kind, "object": body}).encode() + b"\n"


async def _within(wait: Callable[[], Any], until: float) -> None:
    try:
        async with asyncio.timeout_at(until):
            await wait()
    except TimeoutError:
        return
