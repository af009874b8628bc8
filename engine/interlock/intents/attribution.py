"""Who answers and pays for a workload, by its labels.

Labels count before annotations, the object's before its pod template's, and
of the names for one fact the one that is configured first.
"""

from typing import Final

from interlock.intents.paths import member
from interlock.model.intent import Attribution, Intent
from interlock.model.labels import AttributionLabels

_FACTS: Final[tuple[tuple[str, str], ...]] = (
    ("organization", "organization"),
    ("team", "team"),
    ("project", "project"),
    ("useCase", "use_case"),
    ("environment", "environment"),
    ("costCenter", "cost_center"),
)


def add_attribution(
    intent: Intent, places: list[tuple[dict[str, str], str]], labels: AttributionLabels
) -> None:
    """Add what the labels and annotations in `places`, each at its path, say; the first that speaks counts."""
    attribution: Attribution = intent["attribution"]
    for fact, field in _FACTS:
        found = _find(places, getattr(labels, field))
        if found is not None:
            attribution[fact], intent["provenance"][f"attribution.{fact}"] = found  # type: ignore[literal-required]  # keys of the table above


def _find(places: list[tuple[dict[str, str], str]], names: tuple[str, ...]) -> tuple[str, str] | None:
    for values, path in places:
        for name in names:
            if values.get(name):
                return values[name], member(path, name)
    return None
