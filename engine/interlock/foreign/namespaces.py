"""The namespace that expressions read, where anybody knows it. Pure."""

from collections.abc import Iterable
from typing import Final

from interlock.foreign.attributes import Object
from interlock.foreign.cluster import UnknownError
from interlock.foreign.expressions import Expressions
from interlock.foreign.matching import ConfigurationError
from interlock.foreign.review import Review

_NAMESPACE: Final = "namespaceObject"


def namespace_for(read: Iterable[Expressions], review: Review) -> Object | None:
    """The namespace of the request, for the expressions `read`; None where nobody knows it and none reads it.

    Raises:
        ConfigurationError: nobody knows it, and one reads it.
        NoNamespaceError: it is not there.
    """
    try:
        return review.namespace()
    except UnknownError as error:
        if any(_NAMESPACE in each.reads for each in read):
            raise ConfigurationError(str(error)) from None
        return None
