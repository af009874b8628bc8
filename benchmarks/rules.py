"""What benchmarks of checks have in common: policies and budgets that match, and the checks that they decide.

Ten rules match each check: most say what it must be like, and the last ones
permit what it calls, which the organization's layer is closed for. Policies
beyond ten are about other kinds.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeAlias

from interlock.intents.caller import Caller
from interlock.intents.check import CheckRequest

Rule: TypeAlias = tuple[str, str, str, Callable[[Any], bool]]
"""Area, effect, CEL, and the same in Python over one item."""

CHAT_RULES: Final[Sequence[Rule]] = [
    ("intent", "require", "intent.usage.outputTokens <= 4096", lambda i: i["usage"]["outputTokens"] <= 4096),
    (
        "intent",
        "require",
        "has(intent.attribution.team) && intent.attribution.team != ''",
        lambda i: "team" in i["attribution"] and i["attribution"]["team"] != "",
    ),
    (
        "intent",
        "require",
        "intent.attribution.environment in ['development', 'production']",
        lambda i: i["attribution"]["environment"] in {"development", "production"},
    ),
    (
        "intent",
        "require",
        "intent.principal.groups.exists(g, g == 'ml-engineers')",
        lambda i: any(g == "ml-engineers" for g in i["principal"]["groups"]),
    ),
    (
        "intent",
        "forbid",
        "intent.tools.exists(t, t.name.startsWith('shell'))",
        lambda i: any(t["name"].startswith("shell") for t in i["tools"]),
    ),
    (
        "intent",
        "require",
        "intent.usage.inputTokens + intent.usage.outputTokens < 100000",
        lambda i: i["usage"]["inputTokens"] + i["usage"]["outputTokens"] < 100_000,
    ),
    (
        "intent",
        "require",
        "intent.data.classifications.all(c, c != 'pii') || intent.data.region == 'eu'",
        lambda i: all(c != "pii" for c in i["data"]["classifications"]) or i["data"]["region"] == "eu",
    ),
    (
        "intent",
        "require",
        "intent.agent.name.endsWith('-agent')",
        lambda i: i["agent"]["name"].endswith("-agent"),
    ),
    (
        "models",
        "permit",
        "model.class in ['standard', 'small'] || model.hosting == 'selfHosted'",
        lambda m: m["class"] in {"standard", "small"} or m["hosting"] == "selfHosted",
    ),
    ("tools", "permit", "tool.name in ['search', 'fetch']", lambda t: t["name"] in {"search", "fetch"}),
]

CALL_RULES: Final[Sequence[Rule]] = [
    *CHAT_RULES[1:4],
    *CHAT_RULES[6:8],
    ("intent", "require", "intent.principal.type == 'user'", lambda i: i["principal"]["type"] == "user"),
    (
        "tools",
        "require",
        "int(tool.arguments.?limit.orValue(0)) <= 50",
        lambda t: t["arguments"].get("limit", 0) <= 50,
    ),
    ("tools", "forbid", "tool.name.startsWith('admin')", lambda t: t["name"].startswith("admin")),
    ("tools", "require", "tool.server in ['shop', 'wiki']", lambda t: t["server"] in {"shop", "wiki"}),
    ("tools", "permit", "tool.name in ['search', 'fetch']", lambda t: t["name"] in {"search", "fetch"}),
]

VARIABLES: Final = {"intent": "intent", "models": "model", "tools": "tool"}

_POLICY: Final = """\
apiVersion: interlock.dev/v1alpha1
kind: IntentPolicy
metadata: {{name: policy-{number}}}
spec:
  layer: {layer}
  area: {area}
  description: benchmark
  match: {{actions: [{action}], kinds: [{kind}]}}
  rules:
    - name: rule
      {effect}: "{expression}"
      message: rule {number} is broken
"""

_CATALOG: Final = """\
apiVersion: interlock.dev/v1alpha1
kind: Catalog
metadata: {name: benchmark}
spec:
  models:
    - {names: [house-small], class: small, provider: house, hosting: selfHosted}
"""

_BUDGET: Final = """\
apiVersion: interlock.dev/v1alpha1
kind: Budget
metadata: {{name: budget-{number}}}
spec:
  description: benchmark
  match: {{actions: [model.chat, tool.call]}}
  key: {key}
  window: {window}
  limits:
    - {{unit: {unit}, limit: 1000000000000}}
"""

Terms: TypeAlias = tuple[str, str, str]
"""Of a budget: key, window and unit."""

BUDGETS: Final[Sequence[Terms]] = [
    ("\"'all'\"", "{calendar: {every: month, timeZone: Europe/Berlin}}", "tokens"),
    ('intent.attribution.?team.orValue("nobody")', "{calendar: {every: week}}", "tokens"),
    ("intent.principal.id", "{rolling: 1h}", "calls"),
    ('intent.?agent.name.orValue("")', "{rolling: 24h}", "outputTokens"),
    ('intent.attribution.?environment.orValue("")', "{lifetime: true}", "calls"),
]

CALLER: Final[Caller] = {
    "principal": {"id": "ana@example.org", "type": "user", "groups": ["staff", "ml-engineers"], "claims": {}},
    "agent": {"name": "support-agent"},
    "attribution": {"team": "support", "environment": "production"},
    "data": {"classifications": ["public"]},
}

CHAT: Final[CheckRequest] = {
    "chat": {
        "model": "house-small",
        "max_completion_tokens": 1000,
        "messages": [
            {"role": "system", "content": "You answer questions of customers about their orders. " * 5},
            {"role": "user", "content": "Where is my order? I have been waiting for two weeks. " * 3},
            {"role": "assistant", "content": "Let me look it up for you."},
            {"role": "user", "content": "Thank you, it is the one with the blue shoes."},
        ],
        "tools": [{"type": "function", "function": {"name": "search", "parameters": {"type": "object"}}}],
    },
    "caller": CALLER,
}
"""A chat completion of 1 KB."""

CALL: Final[CheckRequest] = {
    "mcp": {
        "jsonrpc": "2.0",
        "id": 7,
        "method": "tools/call",
        "params": {
            "name": "search",
            "arguments": {
                "query": "blue shoes in size 44 that are waterproof",
                "limit": 20,
                "filters": {"brands": ["north", "south", "west"], "price": {"least": 10, "most": 200}},
                "notes": "The customer prefers to pick them up in the shop at the station. " * 7,
            },
        },
    },
    "caller": {**CALLER, "server": "shop"},
}
"""A call of a tool of 1 KB."""


def documents(count: int, rules: Sequence[Rule] = CHAT_RULES, budgets: Sequence[Terms] = ()) -> str:
    """`count` policies, of which those with `rules` match, and `budgets`, which all do."""
    return "---\n".join([_CATALOG, *_policies(count, rules), *_budgets(budgets)])


def _policies(count: int, rules: Sequence[Rule]) -> Iterator[str]:
    action, kind = ("model.chat", "ChatCompletion") if rules is CHAT_RULES else ("tool.call", "ToolCall")
    for number in range(count):
        area, effect, expression, _ = rules[number % len(rules)]
        yield _POLICY.format(
            number=number,
            layer="organization" if effect == "permit" else "platform",
            area=area,
            action=action,
            kind=kind if number < len(rules) else f"Kind{number}",
            effect=effect,
            expression=expression,
        )


def _budgets(budgets: Sequence[Terms]) -> Iterator[str]:
    for number, (key, window, unit) in enumerate(budgets):
        yield _BUDGET.format(number=number, key=key, window=window, unit=unit)
