"""Settings: authorities, labels, terms of waivers, what evaluation may cost and what rules may oblige to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from interlock.documents.document import Document
from interlock.documents.nodes import Path
from interlock.errors import Problem
from interlock.identity import LayerName
from interlock.loading.decode.names import repeated
from interlock.loading.decode.obligations import declared
from interlock.loading.kinds.policyset import DEFAULT_WAIVER_DAYS, PolicySetDocument
from interlock.model.costs import DEFAULT_COST_LIMITS, CostLimits
from interlock.model.labels import DEFAULT_LABELS, AttributionLabels
from interlock.model.layers import DEFAULT_LAYERS, Layer, Layers
from interlock.model.vocabulary import NOTHING_DECLARED, Vocabulary
from interlock.units import Milliseconds, days

_LAYERS: Path = ("spec", "layers")
_LONGEST_WAIVER = days(DEFAULT_WAIVER_DAYS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a PolicySet document says, or the defaults where there is none."""

    layers: Layers = DEFAULT_LAYERS
    labels: AttributionLabels = DEFAULT_LABELS
    longest_waiver: Milliseconds = _LONGEST_WAIVER
    costs: CostLimits = DEFAULT_COST_LIMITS
    vocabulary: Vocabulary = NOTHING_DECLARED
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    """What a unit of each currency is worth in US dollars."""


def decode_settings(document: Document, shape: PolicySetDocument) -> tuple[Settings | None, list[Problem]]:
    """The settings that `shape` describes, with defaults for what it leaves out."""
    spec = shape.spec
    problems = [
        *repeated(document, _LAYERS, [layer.name for layer in spec.layers]),
        *repeated(document, ("spec", "obligations"), [each.name for each in spec.obligations]),
        *repeated(document, ("spec", "advice"), [each.name for each in spec.advice]),
    ]
    if spec.layers and spec.layers[0].may_ignore_errors:
        message = "no layer is above the highest, so none can let it ignore errors: remove the field"
        problems.append(document.problem((*_LAYERS, 0, "mayIgnoreErrors"), message))
    if problems:
        return None, problems
    layers = tuple(
        Layer(
            name=LayerName(layer.name),
            closed=frozenset(layer.closed),
            may_ignore_errors=layer.may_ignore_errors,
        )
        for layer in spec.layers
    )
    settings = Settings(
        layers=Layers(layers) if layers else DEFAULT_LAYERS,
        labels=AttributionLabels(**spec.attribution.model_dump()),
        longest_waiver=days(spec.waivers.max_days),
        costs=CostLimits(**spec.costs.model_dump()),
        vocabulary=Vocabulary(obligations=declared(spec.obligations), advice=declared(spec.advice)),
        rates={**spec.money.rates},
    )
    return settings, []
