"""What an extractor knows beside the object: the platform's own knowledge.

It comes with the policy set and the time, not with the request, and never
changes under a request.
"""

from msgspec import Struct

from interlock.model.catalog import Catalog
from interlock.model.labels import AttributionLabels
from interlock.units import Instant


class ExtractionContext(Struct, frozen=True):
    """The Catalog that classifies names, the labels that carry attribution, and the time that prices are of."""

    catalog: Catalog
    labels: AttributionLabels
    at: Instant
