"""What is stored, by resource, namespace and name, and all that happened to it. For one event loop."""

import asyncio
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

from support.kubernetes.failures import Failure, already_exists, expired, not_found
from support.kubernetes.resources import Object, Resource

Shelf = tuple[str, str]
Key = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What happened to one object at `version`: `before` or `after` is None where there was or is none."""

    version: int
    shelf: Shelf
    before: Object | None
    after: Object | None


def key_of(body: Object) -> Key:
    """Namespace and name."""
    return body["metadata"].get("namespace", ""), body["metadata"]["name"]


class Store:
    """Objects with versions. What is given and what is taken are copies."""

    def __init__(self) -> None:
        self.version = 100
        self._oldest = 0
        self._shelves: dict[Shelf, dict[Key, Object]] = {}
        self._changes: list[Change] = []
        self._rests: dict[str, tuple[int, list[Object]]] = {}
        self._changed = asyncio.Event()

    def get(self, resource: Resource, namespace: str, name: str) -> Object:
        """The object; 404 if there is none."""
        found = self._shelf(resource.shelf).get((namespace, name))
        if found is None:
            raise not_found(resource, name)
        return deepcopy(found)

    def all(self, resource: Resource, namespace: str = "") -> list[Object]:
        """All objects of `resource`, or those in `namespace`, by namespace and name."""
        shelf = self._shelf(resource.shelf)
        return [deepcopy(shelf[key]) for key in sorted(shelf) if not namespace or key[0] == namespace]

    def add(self, resource: Resource, body: Object) -> Object:
        """Store what is not there yet."""
        if key_of(body) in self._shelf(resource.shelf):
            raise already_exists(resource, body["metadata"]["name"])
        return self._put(resource, None, body)

    def replace(self, resource: Resource, body: Object) -> Object:
        """Store in place of what is there; nothing happens if it is the same."""
        before = self.get(resource, *key_of(body))
        return before if before == body else self._put(resource, before, body)

    def remove(self, resource: Resource, namespace: str, name: str) -> Object:
        """Take away; the object as it was in the end, with the version of its removal."""
        before = self.get(resource, namespace, name)
        self.version += 1
        last = deepcopy(before)
        last["metadata"]["resourceVersion"] = str(self.version)
        del self._shelf(resource.shelf)[namespace, name]
        self._tell(Change(version=self.version, shelf=resource.shelf, before=last, after=None))
        return last

    def since(self, version: int) -> Iterator[Change]:
        """What happened after `version`, in order; 410 if that is forgotten."""
        if version < self._oldest:
            raise expired(f"too old resource version: {version} ({self._oldest})")
        yield from (each for each in self._changes if each.version > version)

    async def changes(self) -> None:
        """Wait until something happens, or somebody wants everybody to look."""
        await self._changed.wait()

    def wake(self) -> None:
        """Make everybody look who waits."""
        self._changed.set()
        self._changed = asyncio.Event()

    def forget(self) -> None:
        """Remember nothing of what has happened, nor how lists go on."""
        self._oldest = self.version
        self._changes.clear()
        self._rests.clear()
        self.wake()

    def keep_rest(self, rest: list[Object], version: int) -> str:
        """A token for the rest of a list of `version`."""
        token = f"{version}-{len(self._rests)}-{len(rest)}"
        self._rests[token] = (version, rest)
        return token

    def rest(self, token: str) -> tuple[int, list[Object]]:
        """What `keep_rest` kept; 410 if that is forgotten."""
        try:
            return self._rests[token]
        except KeyError:
            raise self._too_late() from None

    @staticmethod
    def _too_late() -> Failure:
        return expired("The provided continue parameter is too old to display a consistent list result.")

    def _put(self, resource: Resource, before: Object | None, body: Object) -> Object:
        self.version += 1
        after = deepcopy(body)
        after["metadata"]["resourceVersion"] = str(self.version)
        self._shelf(resource.shelf)[key_of(after)] = after
        kept = deepcopy(after)
        self._tell(Change(version=self.version, shelf=resource.shelf, before=before, after=kept))
        return deepcopy(after)

    def _tell(self, change: Change) -> None:
        self._changes.append(change)
        self.wake()

    def _shelf(self, shelf: Shelf) -> dict[Key, Object]:
        return self._shelves.setdefault(shelf, {})
