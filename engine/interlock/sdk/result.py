"""What came of a check. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from interlock.decisionlog.recorded import RecordedDecision, RecordedVerdict
from interlock.sdk.errors import DeniedError
from interlock.sdk.patches import patched

_MOST_TOLD: Final = 16


class CheckResult(Struct, frozen=True):
    """A decision, and true where it allows.

    `record` is all that is known of it, as the check API answers (docs/reference/decision.md).
    """

    record: RecordedDecision

    def __bool__(self) -> bool:
        """Whether it allows."""
        return self.allowed

    @property
    def allowed(self) -> bool:
        """Whether what was asked may go on."""
        return self.record["decision"] == "allow" and not self.record["reasons"]

    @property
    def hold(self) -> str | None:
        """The hold to settle or release; None where nothing is held."""
        held = self.record.get("hold")
        return None if held is None else held["id"]

    @property
    def reasons(self) -> list[RecordedVerdict]:
        """Why it is denied; empty exactly where it is allowed."""
        return self.record["reasons"]

    def raise_if_denied(self) -> None:
        """Nothing where it allows.

        Raises:
            DeniedError: it denies.
        """
        if not self.allowed:
            raise DeniedError(said_of(self.reasons), self.record)

    def changed(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """`body` with what policies changed in it: what was decided, and alone may be sent on."""
        return patched(body, self.record["patches"])


def said_of(reasons: list[RecordedVerdict]) -> str:
    """What `reasons` say, with what to do about them, for people and agents."""
    told = [_sentence(reason) for reason in reasons[:_MOST_TOLD]]
    more = len(reasons) - len(told)
    return "; ".join([*told, *([f"and {more} more reasons"] if more else [])]) or "no reason was given"


def _sentence(reason: RecordedVerdict) -> str:
    of = "/".join(reason[key] for key in ("policy", "rule") if key in reason)
    said = reason.get("message") or reason.get("error") or f"{of or reason['code']} denies it"
    remedy = reason.get("remedy")
    return f"{said}: {remedy}" if remedy else said
