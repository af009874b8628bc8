"""An authorizer that answers from a table: for tests of expressions that ask one."""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct
from msgspec.structs import asdict

from interlock.cel.libraries.kubernetes.authorizer import Answer, Attributes, Authorizer, ServiceAccount

ANY: Final = "*"
"""In a grant: whatever the question says."""


class Grant(Struct, frozen=True, kw_only=True):
    """An answer, and the questions that it is for: those that have every part that it names."""

    verb: str = ANY
    path: str = ""
    group: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ANY
    service_account: ServiceAccount | None = None
    answer: Answer = Answer(is_allowed=True)


def granting(grants: Iterable[Grant]) -> Authorizer:
    """An authorizer that answers as the first of `grants` for the question; without one it allows nothing."""
    table = tuple(grants)

    def authorize(attributes: Attributes) -> Answer:
        return next((grant.answer for grant in table if _covers(grant, attributes)), Answer(is_allowed=False))

    return Authorizer(authorize)


def _covers(grant: Grant, attributes: Attributes) -> bool:
    asked = asdict(attributes)
    named = ((part, text) for part, text in asdict(grant).items() if part != "answer")
    return all(text in (ANY, asked[part]) for part, text in named)
