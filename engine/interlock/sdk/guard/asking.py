"""Whom a guard asks: an engine, which holds nothing, or a point; from functions of both kinds."""

import inspect
from typing import TypeAlias

from typing_extensions import TypeIs

from interlock.engine import Engine
from interlock.sdk.points import AsyncPoint, Point

Asked: TypeAlias = Engine | Point | AsyncPoint


def is_asynchronous(asked: Asked) -> TypeIs[AsyncPoint]:
    """Whether its answers have to be awaited."""
    return inspect.iscoroutinefunction(asked.check)
