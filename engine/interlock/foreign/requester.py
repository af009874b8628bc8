"""Who asks, and what they may do, as somebody states it. Pure."""

from typing import Any, Final

from msgspec import Struct, ValidationError, convert
from msgspec.structs import asdict

from interlock.cel.libraries.kubernetes.authorizer import Answer, Attributes, ServiceAccount
from interlock.errors import RequestError

KIND: Final = "Requester"

_SHOWN: Final = 200


class User(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who asks, as `userInfo` of an AdmissionReview has it; empty where nobody knows."""

    username: str = ""
    uid: str = ""
    groups: tuple[str, ...] = ()
    extra: dict[str, tuple[str, ...]] = {}

    def info(self) -> dict[str, Any]:
        """It as `userInfo` has it."""
        stated = {"username": self.username, "uid": self.uid, "groups": [*self.groups]}
        extra = {key: [*values] for key, values in self.extra.items()}
        return {field: value for field, value in {**stated, "extra": extra}.items() if value}


class Grant(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """What an authorizer answers to whatever is asked of what is given here; what is left out is anything."""

    verb: str | None = None
    path: str | None = None
    group: str | None = None
    resource: str | None = None
    subresource: str | None = None
    namespace: str | None = None
    name: str | None = None
    field_selector: str | None = None
    label_selector: str | None = None
    service_account: ServiceAccount | None = None
    allowed: bool = True
    reason: str = ""
    error: str = ""

    def covers(self, asked: Attributes) -> bool:
        """Whether it answers what is `asked`."""
        stated = asdict(self)
        return all(stated[field] in (None, value) for field, value in asdict(asked).items())

    @property
    def answer(self) -> Answer:
        """What it answers."""
        return Answer(self.allowed, self.reason, self.error)


class Requester(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who asks, and what the authorizer answers: the first of `access` that covers a question answers it."""

    user: User = User()
    access: tuple[Grant, ...] = ()


def requester_of(document: dict[str, Any]) -> Requester:
    """What a document of kind `Requester` states.

    Raises:
        RequestError: it states something else.
    """
    try:
        return convert(document.get("spec"), Requester)
    except ValidationError as error:
        message, _, path = str(error).partition(" - at ")
        place = f"spec{path.strip('`').removeprefix('$')}"
        raise RequestError(f"`{place}`: {message[:1].lower()}{message[1:_SHOWN]}", path=f"$.{place}") from None
