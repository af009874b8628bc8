"""What the hold of a workload goes by, so that whoever watches the workload finds it. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from interlock.units import Milliseconds

HOLD_TIME: Final = Milliseconds(24 * 60 * 60 * 1000)
"""How long a workload holds what it draws, unless somebody who watches it extends that."""


def name_of_hold(request: Mapping[str, Any]) -> bytes | None:
    """The name of the hold of what `request` creates: its uid, which the API server has set by now.

    Nothing else of a workload's life draws on accounts that have to be settled.
    """
    item = request.get("object")
    metadata = item.get("metadata") if isinstance(item, dict) else None
    uid = metadata.get("uid") if isinstance(metadata, dict) else None
    return uid.encode() if request.get("operation") == "CREATE" and isinstance(uid, str) and uid else None
