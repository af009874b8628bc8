"""Fourteen expressions over two requests, as a policy's author writes them, and the same by hand.

Six read a Kubernetes AdmissionReview of 4 KB (`inputs/review.json`), eight a
request of an agent of 0.9 KB (`inputs/agent.json`). "By hand" is idiomatic
Python that is as safe for these two: it raises where something isn't there,
and patterns meet requests in RE2 only. Its parameters are the variables that
the expression reads.
"""

import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import re2

Json = dict[str, Any]

_INPUTS: Final = Path(__file__).parent / "inputs"
REVIEW: Final[Json] = json.loads((_INPUTS / "review.json").read_text())
AGENT: Final[Json] = json.loads((_INPUTS / "agent.json").read_text())


@dataclass(frozen=True)
class Expression:
    """An expression, the request that it reads, and the same in Python."""

    name: str
    source: str
    request: Json
    by_hand: Callable[..., bool]

    @property
    def variables(self) -> Json:
        """What it reads of the request, by name."""
        return {name: self.request[name] for name in inspect.signature(self.by_hand).parameters}


def field_equals(request: Json) -> bool:
    """e01."""
    return bool(request["operation"] == "CREATE")


def deep_field_equals(request: Json) -> bool:
    """e02."""
    return bool(request["object"]["spec"]["template"]["spec"]["serviceAccountName"] == "summarizer")


def has_label(request: Json) -> bool:
    """e03."""
    labels = request["object"]["metadata"]["labels"]
    return "team" in labels and labels["team"] == "research"


def images_are_ours(request: Json) -> bool:
    """e04."""
    containers = request["object"]["spec"]["template"]["spec"]["containers"]
    return all(c["image"].startswith("registry.example.com/") for c in containers)


def memory_is_limited(request: Json) -> bool:
    """e05."""
    containers = request["object"]["spec"]["template"]["spec"]["containers"]
    return all(
        "resources" in c and "limits" in c["resources"] and "memory" in c["resources"]["limits"]
        for c in containers
    )


def no_secret_in_environment(request: Json) -> bool:
    """e06."""
    containers = request["object"]["spec"]["template"]["spec"]["containers"]
    return all(
        "env" not in c or all("value" not in e or not e["value"].startswith("sk-") for e in c["env"])
        for c in containers
    )


def tool_is_allowed(action: Json) -> bool:
    """e07."""
    return action["tool"] in {"web.search", "web.fetch", "files.read", "mail.draft"}


def is_within_budget(action: Json, budget: Json) -> bool:
    """e08."""
    return bool(
        budget["usedTokens"] + action["estimatedTokens"] <= budget["limitTokens"]
        and budget["usedCalls"] < budget["limitCalls"]
    )


_A_WORKING_DAY: Final = timedelta(hours=8)


def session_is_young(session: Json) -> bool:
    """e09."""
    return (
        datetime.fromisoformat(session["now"]) - datetime.fromisoformat(session["startedAt"]) < _A_WORKING_DAY
    )


_OUR_PAGES: Final = re2.compile(r"^https://([a-z0-9-]+\.)*example\.com/")


def url_is_ours(action: Json) -> bool:
    """e10."""
    return _OUR_PAGES.search(action["arguments"]["url"]) is not None


def address_is_harmless(action: Json, principal: Json) -> bool:
    """e11."""
    url = action["arguments"]["url"]
    return (
        principal["id"].endswith("@example.com")
        and url.startswith("https://")
        and ".." not in url
        and len(url) <= 2048
    )


def calls_are_left(agent: Json, budget: Json) -> bool:
    """e12."""
    return bool(budget["usedCalls"] < (budget["limitCalls"] if agent["tier"] == "trusted" else 5))


def failures_are_few(session: Json) -> bool:
    """e13."""
    calls = session["calls"]
    if any(c["tool"] == "shell.run" for c in calls):
        return False
    failed = [c["tool"] for c in calls if c["status"] == "error"]
    return len(failed) < 3


def action_is_fine(principal: Json, agent: Json, action: Json, budget: Json) -> bool:
    """e14."""
    return (
        action["type"] == "tool.call"
        and action["tool"] in {"web.search", "web.fetch"}
        and "ml-engineers" in principal["groups"]
        and (agent["tier"] == "trusted" or bool(action["estimatedTokens"] <= 1000))
        and bool(budget["usedTokens"] < budget["limitTokens"])
    )


_REQUEST: Final = {"request": REVIEW["request"]}
_CONTAINERS: Final = "request.object.spec.template.spec.containers"

EXPRESSIONS: Final = (
    Expression("e01 field eq", "request.operation == 'CREATE'", _REQUEST, field_equals),
    Expression(
        "e02 deep field eq",
        "request.object.spec.template.spec.serviceAccountName == 'summarizer'",
        _REQUEST,
        deep_field_equals,
    ),
    Expression(
        "e03 has && label",
        "has(request.object.metadata.labels.team) && request.object.metadata.labels.team == 'research'",
        _REQUEST,
        has_label,
    ),
    Expression(
        "e04 all startsWith",
        f"{_CONTAINERS}.all(c, c.image.startsWith('registry.example.com/'))",
        _REQUEST,
        images_are_ours,
    ),
    Expression(
        "e05 all has nested",
        f"{_CONTAINERS}.all(c, has(c.resources) && has(c.resources.limits) && has(c.resources.limits.memory))",
        _REQUEST,
        memory_is_limited,
    ),
    Expression(
        "e06 nested comprehension",
        f"{_CONTAINERS}.all(c, !has(c.env) || c.env.all(e, !has(e.value) || !e.value.startsWith('sk-')))",
        _REQUEST,
        no_secret_in_environment,
    ),
    Expression(
        "e07 in list",
        "action.tool in ['web.search', 'web.fetch', 'files.read', 'mail.draft']",
        AGENT,
        tool_is_allowed,
    ),
    Expression(
        "e08 budget",
        "budget.usedTokens + action.estimatedTokens <= budget.limitTokens"
        " && budget.usedCalls < budget.limitCalls",
        AGENT,
        is_within_budget,
    ),
    Expression(
        "e09 timestamp/duration",
        "timestamp(session.now) - timestamp(session.startedAt) < duration('8h')",
        AGENT,
        session_is_young,
    ),
    Expression(
        "e10 regex",
        r"action.arguments.url.matches('^https://([a-z0-9-]+\\.)*example\\.com/')",
        AGENT,
        url_is_ours,
    ),
    Expression(
        "e11 string ops",
        "principal.id.endsWith('@example.com') && action.arguments.url.startsWith('https://')"
        " && !action.arguments.url.contains('..') && size(action.arguments.url) <= 2048",
        AGENT,
        address_is_harmless,
    ),
    Expression(
        "e12 ternary",
        "budget.usedCalls < (agent.tier == 'trusted' ? budget.limitCalls : 5)",
        AGENT,
        calls_are_left,
    ),
    Expression(
        "e13 exists+map+filter",
        "!session.calls.exists(c, c.tool == 'shell.run')"
        " && size(session.calls.filter(c, c.status == 'error').map(c, c.tool)) < 3",
        AGENT,
        failures_are_few,
    ),
    Expression(
        "e14 mixed policy",
        "action.type == 'tool.call' && action.tool in ['web.search', 'web.fetch']"
        " && principal.groups.exists(g, g == 'ml-engineers')"
        " && (agent.tier == 'trusted' || action.estimatedTokens <= 1000)"
        " && budget.usedTokens < budget.limitTokens",
        AGENT,
        action_is_fine,
    ),
)
