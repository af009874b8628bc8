"""What an expression is tried with: variables from the command line, or the Intents of an input."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from interlock.cel.activation import Activation
from interlock.cel.declarations import declare
from interlock.cel.environment import Environment
from interlock.cel.libraries.available import AVAILABLE
from interlock.cel.types import DYN, TIMESTAMP
from interlock.cel.values import Timestamp
from interlock.cli.requests import answers
from interlock.engine.consult import activation_of
from interlock.errors import AuthorError, OperatorError, RequestError
from interlock.intents.bounds import check_bounds
from interlock.intents.context import ExtractionContext
from interlock.intents.extract import extract
from interlock.loading.catalogs import shipped
from interlock.loading.environments import environments
from interlock.loading.libraries import with_newest
from interlock.loading.policyset import PolicySet, load
from interlock.model.area import Area, items, path
from interlock.model.labels import DEFAULT_LABELS
from interlock.spelling import quoted
from interlock.units import Instant

_NOW: Final = "now"


@dataclass(frozen=True, slots=True)
class Try:
    """Values to evaluate with, and what to call them where there are several."""

    label: str
    activation: Activation


@dataclass(frozen=True, slots=True)
class Trial:
    """What an expression can read, and the values that it is evaluated with."""

    scope: Environment
    tries: tuple[Try, ...]


def over_variables(written: Iterable[str], at: Instant) -> Trial:
    """A trial over variables that are written as `name=JSON`, and `now`."""
    named = dict(map(_variable, written))
    sure = {_NOW: TIMESTAMP}
    scope = Environment(declare([]), {**dict.fromkeys(named, DYN), **sure}, sure, AVAILABLE)
    return Trial(scope, (Try("", Activation({**named, _NOW: Timestamp(at * 1_000_000)})),))


def over_input(given: Path, policies: Path | None, area: Area, at: Instant) -> Trial:
    """A trial over each item of `area` of the Intent of each document in `given`."""
    scope = environments()[area]
    context = ExtractionContext(shipped(), DEFAULT_LABELS, at)
    if policies is not None:
        loaded: PolicySet = load([policies])
        scope = with_newest(scope, loaded.libraries)
        context = ExtractionContext(loaded.catalog, loaded.labels, at)
    found, problems = answers([given], lambda document: extract(document, context))
    if problems:
        raise AuthorError(problems)
    tries = []
    for request in found:
        for number, item in enumerate(items(area, request.answer)):
            activation = activation_of(request.answer, at)
            activation[area.variable] = item
            tries.append(Try(f"{request.place} {path(area, number)}", activation))
    if not tries:
        raise OperatorError(f"the input has nothing of area `{area}`: choose another `--area`")
    return Trial(scope, tuple(tries) if len(tries) > 1 else (replace(tries[0], label=""),))


def _variable(text: str) -> tuple[str, Any]:
    """Name and value of `name=JSON`."""
    name, equals, written = text.partition("=")
    if not equals or not name.isidentifier():
        raise OperatorError(f"`--var` is {quoted(text)}: give a name and its JSON value, such as `x=[1, 2]`")
    if name == _NOW:
        raise OperatorError(f"`--var {name}` can't be used: give the time with `--now`")
    try:
        value = json.loads(written)
        check_bounds(value)
    except (ValueError, RecursionError):
        raise OperatorError(f"`--var {name}` is {quoted(written)}: this is no JSON, quote texts") from None
    except RequestError as error:
        raise OperatorError(f"`--var {name}` can't be used: {error}") from None
    return name, value
