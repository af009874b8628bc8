"""What an extractor knows beside the object: the platform's own knowledge.

It comes with the policy set, not with the request, and never changes under a
request.
"""

from dataclasses import dataclass

from interlock.model.catalog import Catalog
from interlock.model.labels import AttributionLabels


@dataclass(frozen=True, slots=True)
class ExtractionContext:
    """The Catalog that classifies names, and the labels that carry attribution."""

    catalog: Catalog
    labels: AttributionLabels
