"""The last step of a change: what is stored, and what goes with what goes."""

from support.kubernetes.asked import Asked
from support.kubernetes.failures import conflict
from support.kubernetes.reading import as_version
from support.kubernetes.registry import Registry
from support.kubernetes.resources import DEFINITIONS, NAMESPACES, Object, Resource
from support.kubernetes.store import Store


class Kept:
    """What a store has after a change that everybody let pass; after a dry run, what it had before."""

    def __init__(self, store: Store, registry: Registry) -> None:
        self._store = store
        self._registry = registry

    def stored(self, asked: Asked, before: Object, after: Object) -> Object:
        """`after` in place of `before`; it goes where the last of its finalizers went."""
        if asked.dry_run:
            return after
        resource = asked.resource
        if after["metadata"].get("deletionTimestamp") and not after["metadata"].get("finalizers"):
            return self.removed(resource, after)
        return self.replaced(resource, before, after)

    def added(self, asked: Asked, body: Object) -> Object:
        """`body`, which is new."""
        if asked.dry_run:
            return body
        stored = self._store.add(asked.resource, {**body, "apiVersion": _kept_in(asked.resource)})
        return as_version(asked.resource, stored)

    def replaced(self, resource: Resource, before: Object, after: Object) -> Object:
        """`after` in place of `before`; 409 if that is there no more as it was."""
        now = self._store.get(resource, before["metadata"].get("namespace", ""), before["metadata"]["name"])
        if now["metadata"]["resourceVersion"] != before["metadata"]["resourceVersion"]:
            raise conflict(resource, before["metadata"]["name"])
        stored = self._store.replace(resource, {**after, "apiVersion": _kept_in(resource)})
        return as_version(resource, stored)

    def removed(self, resource: Resource, body: Object) -> Object:
        """Take `body` away, and with it what is in it or made by it."""
        name = body["metadata"]["name"]
        within = {each.shelf: each for each in self._registry.all() if each.namespaced}.values()
        if resource == NAMESPACES:
            for each in within:
                self._clear(each, name)
        if resource == DEFINITIONS:
            group, plural = body["spec"]["group"], body["spec"]["names"]["plural"]
            for each in self._registry.all():
                if each.shelf == (group, plural):
                    self._clear(each, "")
        return self._store.remove(resource, body["metadata"].get("namespace", ""), name)

    def _clear(self, resource: Resource, namespace: str) -> None:
        for each in self._store.all(resource, namespace):
            self._store.remove(resource, each["metadata"].get("namespace", ""), each["metadata"]["name"])


def _kept_in(resource: Resource) -> str:
    return f"{resource.group}/{resource.stored}" if resource.group else resource.stored
