"""Bodies of access evaluations."""

from typing import Any


def access_body(**changes: Any) -> dict[str, Any]:  # raw JSON
    """Alice, who wants to read a record, with `changes`."""
    return {
        "subject": {"type": "user", "id": "alice"},
        "action": {"name": "read"},
        "resource": {"type": "record", "id": "record-1"},
        **changes,
    }
