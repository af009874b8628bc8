"""Prices that providers publish, and what their bodies say was used.

The data come with a release of genai-prices; nothing here asks the network.
They are loaded when they are first asked for, which takes a tenth of a second:
a service does so before it serves.
"""

from functools import lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from interlock.errors import RequestError
from interlock.spelling import quoted, suggestion

if TYPE_CHECKING:
    from interlock.prices.reading import Reading, Reported
    from interlock.prices.row import Row
    from interlock.prices.tariff import Tariff
    from interlock.units import Instant

_LONGEST: Final = 512
"""Longer names are of no model: matching them takes time, and remembering them memory."""

_REMEMBERED: Final = 4096
_MODEL_NAMES: Final = ("model", "modelVersion")


def load() -> None:
    """Load the data, which whoever asks first waits for otherwise."""
    from interlock.prices import native  # noqa: F401, PLC0415


def release() -> str:
    """The release of the data: another one may price calls otherwise."""
    return version("genai-prices")


def find(model: str, provider: str | None, at: "Instant") -> "Row | None":
    """What `model` costs at `at`, or None where no price is published.

    Without a `provider` it is the one that models of such names are known to
    be of. A provider that isn't known has no prices.
    """
    if _is_too_long(model) or _is_too_long(provider):
        return None
    tariff = _tariff(model, provider)
    return None if tariff is None else tariff.row(at)


def read(
    body: object, *, provider: str | None = None, model: str | None = None, flavor: str | None = None
) -> "Reported":
    """What `body`, a provider's own, says was used.

    A provider that isn't told is known by the model, and that by the body. A
    flavor that isn't told is the one that finds most counts in the body: what
    isn't read isn't charged. Of several it is the first.
    """
    readings = _readings_for(body, provider, model)
    if flavor is None:
        return max(readings, key=lambda reading: reading.fit(body)).read(body)
    for reading in readings:
        if reading.flavor == flavor:
            return reading.read(body)
    choices = suggestion(flavor, [reading.flavor for reading in readings])
    raise RequestError(f"no body is of the flavor {quoted(flavor)}: {choices}")


def _readings_for(body: object, provider: str | None, model: str | None) -> "tuple[Reading, ...]":
    named = provider if provider is not None else model if model is not None else _model_in(body)
    if named is None:
        raise RequestError("which provider a body is of must be told where it names no model", path="$.model")
    readings = () if _is_too_long(named) else _readings(provider, None if provider is not None else named)
    if not readings:
        raise RequestError(f"no bodies of {quoted(named)} can be read: tell what was used in counts")
    return readings


def _model_in(body: object) -> str | None:
    """The model that `body` names where most bodies do."""
    named = [body.get(name) for name in _MODEL_NAMES] if isinstance(body, dict) else []
    return next((name for name in named if isinstance(name, str)), None)


def _is_too_long(name: str | None) -> bool:
    return name is not None and len(name) > _LONGEST


@lru_cache(_REMEMBERED)
def _tariff(model: str, provider: str | None) -> "Tariff | None":
    # Importing the package takes longer than most commands, which need no prices.
    from interlock.prices import native  # noqa: PLC0415

    return native.find_tariff(model, provider)


@lru_cache(_REMEMBERED)
def _readings(provider: str | None, model: str | None) -> "tuple[Reading, ...]":
    from interlock.prices import native  # noqa: PLC0415

    return native.find_readings(provider, model)
