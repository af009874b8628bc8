"""What Kubernetes' own policies changed in the object of a request."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from interlock.model.ruling import Denial, Rewrite


class Mutated(Struct, frozen=True, kw_only=True):
    """The object after all policies, and what each of them changed, in their order.

    With any denial the request is refused, and the object is none that anybody
    should see. The API server answers with the first denial, and lists all.
    """

    object: Mapping[str, Any] | None
    rewrites: tuple[Rewrite, ...] = ()
    denials: tuple[Denial, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether the request goes on."""
        return not self.denials
