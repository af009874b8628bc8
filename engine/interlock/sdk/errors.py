"""What a program gets where nothing may go on: exceptions, so that none is taken for an allowance. Pure."""

from interlock.decisionlog.recorded import RecordedDecision, RecordedVerdict
from interlock.errors import InterlockError, OperatorError


class DeniedError(InterlockError):
    """Policies deny it. The text says why and what to do, for an agent to read; `record` is the decision."""

    code = "policy.denied"

    def __init__(self, said: str, record: RecordedDecision) -> None:
        self.record = record
        super().__init__(f"denied: {said}")

    @property
    def reasons(self) -> list[RecordedVerdict]:
        """Why, each with a stable `code`."""
        return self.record["reasons"]


class UnavailableError(OperatorError):
    """Nobody decided: the service was not reached, was late, or gave no answer that can be understood.

    That is a denial. Where it is about a hold, that may have ended or not: it can be said again.
    """

    code = "service.unavailable"
