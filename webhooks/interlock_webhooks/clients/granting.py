"""The client that a shape describes: what it may do, of whom it may speak. Pure."""

from interlock_webhooks.clients.client import Client
from interlock_webhooks.clients.document import ClientShape, RateShape, SpeakForShape
from interlock_webhooks.clients.globs import NOTHING, Globs
from interlock_webhooks.clients.rates import Meter, Rate
from interlock_webhooks.clients.scope import Scope


def client_of(shape: ClientShape) -> Client:
    """The client, of whose rate nothing is taken yet."""
    return Client(
        name=shape.name,
        endpoints=Globs.of(shape.may.call),
        scope=_scope(shape.may.speak_for),
        meter=None if shape.may.rate is None else _meter(shape.may.rate),
        max_body=shape.may.max_body,
    )


def _meter(shape: RateShape) -> Meter:
    return Meter(Rate(per_second=shape.per_second, burst=shape.burst or shape.per_second))


def _scope(shape: SpeakForShape) -> Scope:
    principals = shape.principals
    dimensions = shape.attribution.model_dump(by_alias=True)
    return Scope(
        ids=Globs.of(principals.ids) if principals else NOTHING,
        types=Globs.of(principals.types) if principals else NOTHING,
        groups=Globs.of(principals.groups) if principals else NOTHING,
        claims=Globs.of(principals.claims) if principals else NOTHING,
        agents=Globs.of(shape.agents),
        attribution={dimension: Globs.of(patterns) for dimension, patterns in dimensions.items()},
    )
