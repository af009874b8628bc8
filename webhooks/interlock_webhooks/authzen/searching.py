"""Bodies of the search APIs to queries, and what is found to bodies. Pure.

Source: Authorization API 1.0, section 8. Which member is open is the path's to
say; all else is read as in an evaluation.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from interlock.intents.fields import mapping, text, whole
from interlock.search.paging import MOST_RESULTS, Page, Paging
from interlock.search.query import Found
from interlock_webhooks import wire
from interlock_webhooks.authzen.obligations import encoded


def paging_of(search: Mapping[str, Any]) -> Paging:
    """Which page `search` wants. Raises RequestError."""
    given = mapping(search, "page", "")
    limit = whole(given, "limit", "page")
    return Paging(MOST_RESULTS if limit is None else limit, text(given, "token", "page") or "")


def told(found: Found, recorded: Mapping[str, Any], subject: str) -> dict[str, Any]:
    """What is told of `found`, which is `recorded` as allowed: also what `subject` may have it for only."""
    due = encoded(recorded, subject, "allowed")
    return {**found, "context": {"obligations": due}} if due else found


def encode_page(page: Page, results: Sequence[dict[str, Any]]) -> bytes:
    """The body that has `page`, of whose results `results` is told."""
    paged: dict[str, Any] = {"next_token": page.next_token, "count": len(results)}
    if page.total is not None:
        paged["total"] = page.total
    return wire.encode({"page": paged, "results": results})
