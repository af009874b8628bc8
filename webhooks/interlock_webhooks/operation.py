"""How a raw route is described. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One raw route, always POST of JSON."""

    path: str
    tag: str
    summary: str
    description: str
    takes: type
    gives: type
    answer: str = "The decision."
    refusals: Mapping[HTTPStatus, str] = field(default_factory=dict)
    """Statuses beside those of every raw route."""

    status: HTTPStatus = HTTPStatus.OK
    """The status of an answer."""

    problems: Mapping[HTTPStatus, str] = field(default_factory=dict)
    """Statuses that come as problems (RFC 9457), too."""
