"""All resources that are served: those built in, and those that definitions in the store make."""

from collections.abc import Iterable
from itertools import chain

from support.kubernetes.definitions import resources_of
from support.kubernetes.failures import no_such_path
from support.kubernetes.resources import BUILT_IN, DEFINITIONS, Resource
from support.kubernetes.store import Store


class Registry:
    """The resources of a store, as they are now."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self) -> tuple[Resource, ...]:
        """Every resource in every version that is served."""
        return (*BUILT_IN, *chain.from_iterable(map(resources_of, self._store.all(DEFINITIONS))))

    def find(self, group: str, version: str, plural: str) -> Resource:
        """The resource; 404 if it is not served."""
        for each in self.all():
            if (each.group, each.version, each.plural) == (group, version, plural):
                return each
        raise no_such_path()

    def versions(self, group: str) -> list[str]:
        """The versions of `group`, the one that clients prefer first."""
        return list(dict.fromkeys(each.version for each in self.all() if each.group == group))

    def groups(self) -> list[str]:
        """All groups but the core."""
        return list(dict.fromkeys(each.group for each in self.all() if each.group))

    def of_version(self, group: str, version: str) -> list[Resource]:
        """The resources of one version; 404 if there are none."""
        found = [each for each in self.all() if (each.group, each.version) == (group, version)]
        if not found:
            raise no_such_path()
        return found

    def siblings(self, resource: Resource) -> Iterable[Resource]:
        """The same resource in its other versions."""
        return [each for each in self.all() if each.shelf == resource.shelf and each != resource]
