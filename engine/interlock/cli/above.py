"""Parts of the service, which stands above the command line and comes with an extra."""

from importlib import import_module
from types import ModuleType

from interlock.errors import OperatorError


def service_part(name: str) -> ModuleType:
    """The module `name` of the service.

    Asked for by name: the service stands above the command line and may be
    absent, so an import statement here would be one against the layers.

    Raises:
        OperatorError: what it needs is not installed.
    """
    try:
        return import_module(f"interlock_webhooks.{name}")
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("interlock"):
            raise
        raise OperatorError(f"`{error.name}` is missing: install `interlock[server]`") from None
