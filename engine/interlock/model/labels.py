"""Which labels say who answers and pays for a workload.

Every organization names these labels in its own way, so the names are
configuration; here are their shape and sensible defaults. Nothing here reads
a label.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributionLabels:
    """For each fact of an attribution the labels that may carry it, the one to believe first."""

    organization: tuple[str, ...] = ()
    team: tuple[str, ...] = ()
    project: tuple[str, ...] = ()
    use_case: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    cost_center: tuple[str, ...] = ()


DEFAULT_LABELS: Final = AttributionLabels(
    organization=("interlock.dev/organization", "organization", "org", "business-unit", "department"),
    team=("interlock.dev/team", "app.kubernetes.io/team", "team", "owner"),
    project=("interlock.dev/project", "app.kubernetes.io/part-of", "project"),
    use_case=("interlock.dev/use-case", "use-case"),
    environment=("interlock.dev/environment", "app.kubernetes.io/environment", "environment", "env"),
    cost_center=("interlock.dev/cost-center", "cost-center", "cost_center", "costcenter", "costCenter"),
)
"""Ours first, then the names that manifests in the wild use most."""
