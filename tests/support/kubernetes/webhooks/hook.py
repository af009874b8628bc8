"""One webhook of a stored configuration."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from support.kubernetes.resources import Object, built_in
from support.kubernetes.store import Store

_ADMISSION: Final = "admissionregistration.k8s.io/v1"
MUTATING: Final = built_in(_ADMISSION, "MutatingWebhookConfiguration")
VALIDATING: Final = built_in(_ADMISSION, "ValidatingWebhookConfiguration")


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook, and the name of the configuration that it stands in. `place` is its index among all."""

    configuration: str
    place: int
    spec: Object
    mutating: bool

    @property
    def name(self) -> str:
        """What it is called in messages."""
        return str(self.spec["name"])

    @property
    def ignores_failure(self) -> bool:
        """Whether a request goes on where it can't be called."""
        return bool(self.spec["failurePolicy"] == "Ignore")

    @property
    def reinvoked(self) -> bool:
        """Whether it is asked again where others changed the object after it."""
        return self.spec.get("reinvocationPolicy") == "IfNeeded"


def hooks(store: Store, *, mutating: bool) -> Iterable[Hook]:
    """All webhooks of one kind, in the order in which the API server asks them."""
    place = 0
    for configuration in store.all(MUTATING if mutating else VALIDATING):
        for spec in configuration.get("webhooks") or ():
            yield Hook(configuration["metadata"]["name"], place, spec, mutating)
            place += 1
