"""A request that policies are asked about, and all that they may look at to answer."""

from dataclasses import dataclass

from interlock.cel.libraries.kubernetes.authorizer import Authorize
from interlock.foreign.attributes import Attributes, Object
from interlock.foreign.cluster import Cluster


class NoNamespaceError(Exception):
    """The namespace of the request is not there: the API server refuses the request, whatever policies say."""


@dataclass(frozen=True, slots=True)
class Review:
    """`authorize` tells what the user of the request may do; after `until` nobody waits for an answer."""

    attributes: Attributes
    cluster: Cluster
    authorize: Authorize
    until: int | None = None

    def namespace(self) -> Object | None:
        """The namespace that the request is in; a namespace is in none.

        Raises:
            NoNamespaceError: it is not there.
            UnknownError: nobody knows whether it is.
        """
        name = self.attributes.namespace
        if not name or self.attributes.is_of_namespace:
            return None
        found = self.cluster.namespace(name)
        if found is None:
            raise NoNamespaceError(f'namespaces "{name}" not found')
        return found
