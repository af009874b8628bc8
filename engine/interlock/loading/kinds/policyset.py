"""The document kind PolicySet: what holds for all policies together."""

from typing import Annotated, Literal

from pydantic import Field, Strict

from interlock.loading.kinds.amounts import Currency, Rate
from interlock.loading.kinds.common import (
    MOST_ITEMS,
    AtLeastOne,
    Envelope,
    Many,
    Metadata,
    Name,
    Shape,
    Text,
)
from interlock.loading.kinds.obligations import DeclaredShape
from interlock.model.area import Area
from interlock.model.costs import DEFAULT_COST_LIMITS
from interlock.model.labels import DEFAULT_LABELS

DEFAULT_WAIVER_DAYS = 90


class LayerShape(Shape):
    """One authority."""

    name: Name
    """The name that policies give as their layer."""

    closed: Many[Annotated[Area, Strict(strict=False)]] = ()
    """Areas in which nothing is allowed that no rule of this layer permits."""

    may_ignore_errors: bool = False
    """Whether the layers above let policies of this layer choose `onError: ignore`."""


class AttributionShape(Shape):
    """For each dimension the labels that may carry it; the first one found wins."""

    organization: Many[Text] = DEFAULT_LABELS.organization
    """Labels that name the organization."""

    team: Many[Text] = DEFAULT_LABELS.team
    """Labels that name the team."""

    project: Many[Text] = DEFAULT_LABELS.project
    """Labels that name the project."""

    use_case: Many[Text] = DEFAULT_LABELS.use_case
    """Labels that name the use case."""

    environment: Many[Text] = DEFAULT_LABELS.environment
    """Labels that name the environment."""

    cost_center: Many[Text] = DEFAULT_LABELS.cost_center
    """Labels that name the cost center."""


class WaiversShape(Shape):
    """Limits of waivers."""

    max_days: Annotated[int, Field(ge=1, le=3650)] = DEFAULT_WAIVER_DAYS
    """The longest time, in days, from a waiver's start to its expiry."""


Cost = Annotated[int, Field(ge=1, le=10**12)]


class CostsShape(Shape):
    """What evaluation may cost, counted as Kubernetes counts it."""

    expression: Cost = DEFAULT_COST_LIMITS.expression
    """What one evaluation of one expression may cost."""

    policy: Cost = DEFAULT_COST_LIMITS.policy
    """What all expressions of one policy over one item may cost together."""

    decision: Cost = DEFAULT_COST_LIMITS.decision
    """What all expressions of a decision may cost together."""


class MoneyShape(Shape):
    """How other currencies compare with the one that is counted in."""

    rates: dict[Currency, Rate] = Field(default_factory=dict, max_length=MOST_ITEMS)
    """What one unit of each currency is worth in US dollars, as decimal texts."""


class PolicySetSpec(Shape):
    """What holds for all policies together; what is left out has its default."""

    layers: AtLeastOne[LayerShape] = ()
    """The authorities, the highest first. Default: organization (closed for tools, models and
    resources), platform, team, agent."""

    attribution: AttributionShape = AttributionShape()
    """Which labels say who answers and pays."""

    waivers: WaiversShape = WaiversShape()
    """Limits of waivers."""

    costs: CostsShape = CostsShape()
    """What evaluation may cost."""

    money: MoneyShape = MoneyShape()
    """What limits of budgets in other currencies are worth."""

    obligations: Many[DeclaredShape] = ()
    """What rules may oblige whoever enforces a decision to."""

    advice: Many[DeclaredShape] = ()
    """What rules may advise."""


class PolicySetDocument(Envelope[Metadata]):
    """What holds for all policies together; a policy set has at most one such document."""

    kind: Literal["PolicySet"]
    """The kind of document."""

    spec: PolicySetSpec = PolicySetSpec()
    """What differs from the defaults."""
