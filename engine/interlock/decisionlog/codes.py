"""Why something is denied, in one word that programs can rely on."""

from enum import StrEnum

from interlock.model.verdict import ERRORED, VIOLATED


class ReasonCode(StrEnum):
    """The codes of the reasons of a denial."""

    VIOLATED = VIOLATED.value
    """A rule or a limit denies."""

    ERRORED = ERRORED.value
    """A rule or a limit fails."""

    UNPERMITTED = "unpermitted"
    """A closed layer has no permit."""

    CONFLICT = "conflict"
    """What policies want can't be had together."""

    UNDISCHARGED = "undischarged"
    """The caller can't meet an obligation."""

    EXHAUSTED = "exhausted"
    """A budget has less left than the request may use."""

    UNCHARGED = "uncharged"
    """Nobody knows what the request draws on a budget."""

    REFUSED = "refused"
    """One of Kubernetes' own policies denies, or nobody knows whether it would."""

    FAILED = "failed"
    """Nobody knows what the decision should be: time ran out, or the engine itself failed."""
