"""What the API server says when it does not do what it is asked: a Status, with its HTTP code."""

from collections.abc import Sequence
from http import HTTPStatus

from support.kubernetes.resources import Object, Resource


class Failure(Exception):  # noqa: N818 - the API calls it so
    """A request that failed. `status` is what its client is told, beside `warnings`."""

    def __init__(self, code: int, reason: str, message: str, **details: object) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.warnings: list[str] = []
        self.details = {key: each for key, each in details.items() if each}

    @property
    def status(self) -> Object:
        """The Status that is sent."""
        status: Object = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": str(self),
            "reason": self.reason,
            "code": int(self.code),
        }
        return status | ({"details": self.details} if self.details else {})


def bad_request(message: str) -> Failure:
    """It makes no sense."""
    return Failure(HTTPStatus.BAD_REQUEST, "BadRequest", message)


def forbidden(resource: Resource, name: str, why: str) -> Failure:
    """The user may not."""
    whose = f'{resource.named} "{name}"' if name else resource.named
    return Failure(HTTPStatus.FORBIDDEN, "Forbidden", f"{whose} is forbidden: {why}", **_named(resource, name))


def not_found(resource: Resource, name: str) -> Failure:
    """There is no such object."""
    message = f'{resource.named} "{name}" not found'
    return Failure(HTTPStatus.NOT_FOUND, "NotFound", message, **_named(resource, name))


def no_such_path() -> Failure:
    """There is no such resource."""
    return Failure(HTTPStatus.NOT_FOUND, "NotFound", "the server could not find the requested resource")


def already_exists(resource: Resource, name: str) -> Failure:
    """There is one of that name."""
    message = f'{resource.named} "{name}" already exists'
    return Failure(HTTPStatus.CONFLICT, "AlreadyExists", message, **_named(resource, name))


def conflict(resource: Resource, name: str, why: str = "") -> Failure:
    """Somebody else was faster."""
    why = why or "the object has been modified; please apply your changes to the latest version and try again"
    message = f'Operation cannot be fulfilled on {resource.named} "{name}": {why}'
    return Failure(HTTPStatus.CONFLICT, "Conflict", message, **_named(resource, name))


def invalid(resource: Resource, name: str, faults: Sequence[tuple[str, str]]) -> Failure:
    """The object breaks rules: `faults` says which fields and why."""
    said = [f"{field}: {why}" for field, why in faults]
    listed = said[0] if len(said) == 1 else f"[{', '.join(said)}]"
    causes = [{"reason": "FieldValueInvalid", "message": why, "field": field} for field, why in faults]
    message = f'{resource.kind}{"." + resource.group if resource.group else ""} "{name}" is invalid: {listed}'
    details = {"name": name, "group": resource.group, "kind": resource.kind, "causes": causes}
    return Failure(HTTPStatus.UNPROCESSABLE_ENTITY, "Invalid", message, **details)


def expired(what: str) -> Failure:
    """It is too long ago."""
    return Failure(HTTPStatus.GONE, "Expired", what)


def _named(resource: Resource, name: str) -> dict[str, object]:
    return {"name": name, "group": resource.group, "kind": resource.plural}
