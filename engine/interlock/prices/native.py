"""The price data of genai-prices. The one module that imports it, and only when prices are asked for.

It reads the data that the package ships with. It never lets the package
update them, nor calculate: the package looks names up, the rest is ours.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Final

from genai_prices.data import providers
from genai_prices.data_snapshot import DataSnapshot
from genai_prices.data_units import unit_data
from genai_prices.types import (
    ArrayMatch,
    ConditionalPrice,
    ModelInfo,
    ModelPrice,
    Provider,
    StartDateConstraint,
    TieredPrices,
    TimeOfDateConstraint,
    UsageExtractor,
)
from genai_prices.units import UnitRegistry
from genai_prices.validation import validate_model_price

from interlock.prices.rate import Rate, Tier
from interlock.prices.reading import Item, Path, Place, Reading
from interlock.prices.row import Rates, Variant
from interlock.prices.tariff import Tariff, Timed
from interlock.prices.unit import Unit

_REGISTRY: Final = UnitRegistry(unit_data)
_PICO: Final = 10**12

UNITS: Final[Mapping[str, Unit]] = {
    name: Unit(name, frozenset(unit.dimensions.items())) for name, unit in _REGISTRY.units.items()
}
"""All units that prices and usage are in, by name."""

_LEAST: Final = {
    ("groq", model): {UNITS["audio_seconds"]: 10, UNITS["input_audio_seconds"]: 10}
    for model in ("whisper-large-v3", "whisper-large-v3-turbo")
}
"""What the package's code, not its data, knows of minimal charges."""

_tariffs: Final[dict[tuple[str, int], Tariff | None]] = {}


def find_readings(provider: str | None, model: str | None) -> tuple[Reading, ...]:
    """How bodies of `provider`, or of whose models are called like `model`, are read: perhaps in no way."""
    try:
        found = _snapshot().find_provider(None if model is None else model.lower(), provider, None)
    except LookupError:
        return ()
    return _readings(found.id)


def find_tariff(model: str, provider: str | None) -> Tariff | None:
    """The prices of `model` at `provider`, or at the provider whose models are called so."""
    try:
        found, entry = _snapshot().find_provider_model(model, None, provider, None)
    except LookupError:
        return None
    # An entry has many names, of which requests choose. It lives as long as the package does.
    key = found.id, id(entry)
    if key not in _tariffs:
        _tariffs[key] = tariff_of(found, entry)
    return _tariffs[key]


def tariff_of(provider: Provider, model: ModelInfo) -> Tariff | None:
    """The prices of `model`, or None where they price parts of what they don't price."""
    own = any(model is each for each in provider.models)
    history = model.prices if isinstance(model.prices, list) else [ConditionalPrice(prices=model.prices)]
    try:
        return Tariff(
            provider=provider.id,
            model=model.id,
            standard=[Timed(_holds(each.constraint), _covering(each.prices)) for each in history],
            # Terms are those of the provider whose model it is, not of one that offers it too.
            variants=[
                Timed(_holds(each.constraint), Variant(each.when, _rates(each.prices)))
                for each in model.price_variants or ()
                if own
            ],
            least=_LEAST.get((provider.id, model.id), {}),
        )
    except ValueError:
        return None


@cache
def _readings(provider: str) -> tuple[Reading, ...]:
    extractors = next(each.extractors for each in providers if each.id == provider)
    return tuple(map(_reading, extractors or ()))


def _snapshot() -> DataSnapshot:
    # A snapshot remembers every name that it was ever asked for, and names come from requests.
    return DataSnapshot(providers=providers, from_auto_update=False)


def _holds(constraint: StartDateConstraint | TimeOfDateConstraint | None) -> Callable[[datetime], bool]:
    return _always if constraint is None else constraint.active


def _always(_: datetime) -> bool:
    return True


def _covering(prices: ModelPrice) -> Rates:
    """The rates, every one of them with those of what its unit is a part of."""
    rates = _rates(prices)
    validate_model_price({_REGISTRY.units[unit.name].price_key for unit in rates}, _REGISTRY)
    return rates


def _rates(prices: ModelPrice) -> Rates:
    given = {key: price for key, price in vars(prices).items() if price is not None}
    units = {key: _REGISTRY.unit_for_price_key(key) for key in given}
    return {UNITS[unit.usage_key]: _rate(given[key], unit.per) for key, unit in units.items()}


def _rate(price: Decimal | TieredPrices, per: int) -> Rate:
    if isinstance(price, Decimal):
        return Rate(_pico(price, per))
    return Rate(_pico(price.base, per), tuple(Tier(tier.start, _pico(tier.price, per)) for tier in price.tiers))


def _pico(price: Decimal, per: int) -> Fraction:
    """Pico-USD for one, where `per` of them are `price` US dollars."""
    return Fraction(price) * _PICO / per


def _reading(extractor: UsageExtractor) -> Reading:
    return Reading(
        flavor=extractor.api_flavor,
        model=_path(extractor.model_path),
        root=_path(extractor.root),
        places=tuple(Place(_path(each.path), UNITS[each.dest], each.required) for each in extractor.mappings),
    )


def _path(path: str | Sequence[str | ArrayMatch]) -> Path:
    steps = [path] if isinstance(path, str) else path
    return tuple(
        Item(step.field, step.match.is_match) if isinstance(step, ArrayMatch) else step for step in steps
    )
