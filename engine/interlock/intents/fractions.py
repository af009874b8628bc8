"""Parts of devices that a pod asks for by annotation.

KAI and Run:ai place such a pod on a part of a device. It names no resource, so
the annotation is all that tells of it.
"""

from typing import Final

from interlock.intents.demand import Demand
from interlock.intents.fields import text_map
from interlock.intents.paths import members
from interlock.intents.podtemplates import Pods
from interlock.intents.quantity import whole_quantity
from interlock.intents.resources import Device
from interlock.model.intent import MAX_INT64, UNKNOWN

_PARTS: Final = ("gpu-fraction", "gpu-memory")
_DEVICES: Final = "gpu-fraction-num-devices"


def fraction_of(pods: Pods) -> Demand | None:
    """The devices of which `pods` ask for a part, or None where they ask for none."""
    if pods.metadata.get("annotations") is None:
        return None
    annotations = text_map(pods.metadata, "annotations", pods.metadata_path)
    asked = next((key for key in _PARTS if annotations.get(key)), None)
    if asked is None:
        return None
    source = members(pods.metadata_path, "annotations", asked)
    count = whole_quantity(annotations.get(_DEVICES, "1"))
    return Demand(
        resource=asked,
        device=Device(domain=asked, vendor=UNKNOWN, shared=True, allocation="annotation"),
        count=MAX_INT64 if count is None else max(count, 1),
        source=source,
        unreadable=members(pods.metadata_path, "annotations", _DEVICES) if count is None else "",
    )
