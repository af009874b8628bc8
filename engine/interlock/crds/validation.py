"""One rule of a schema: what the API server asks of a value in CEL, and what it says where that is false."""

from collections.abc import Sequence
from dataclasses import dataclass

from interlock.spelling import alternatives


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """A CEL expression over `self` that is true of what documents may hold.

    `field` is the field below `self` that the message is about, or empty.
    """

    rule: str
    message: str
    field: str = ""

    def written(self) -> dict[str, str]:
        """The entry of `x-kubernetes-validations`."""
        place = {"fieldPath": f".{self.field}"} if self.field else {}
        return {"rule": self.rule, "message": self.message, **place}


def exactly_one(fields: Sequence[str]) -> Validation:
    """An object has exactly one of `fields`."""
    given = ", ".join(f"has(self.{field})" for field in fields)
    return Validation(
        rule=f"[{given}].exists_one(is_given, is_given)", message=f"give exactly one of {alternatives(fields)}"
    )
