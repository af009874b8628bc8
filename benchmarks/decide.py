"""Microseconds of CPU per decision, in process, beside the same rules on other engines.

Every figure is the fastest of interleaved rounds of one run; read the ratios.
The ten rules that match are those of `RULES`: eight say what a chat request
must be like, one permits models and one tools, which the organization's layer
is closed for. "By hand" is what a good engineer would write for just these ten:
a function a rule, a loop, a record of reasons.
"""

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import celpy
from cel_expr_python import cel
from celpy.adapter import json_to_cel
from rich.console import Console
from rich.table import Table

from interlock.engine import Engine
from interlock.intents.chat import from_chat
from interlock.loading.policyset import load
from interlock.model.intent import Intent
from interlock.units import Instant

ROUNDS = 15
NOW = Instant(1_767_225_600_000)

# Area, effect, CEL, and the same in Python over one item.
RULES: list[tuple[str, str, str, Callable[[Any], bool]]] = [
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
VARIABLES = {"intent": "intent", "models": "model", "tools": "tool"}

POLICY = """\
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

CATALOG = """\
apiVersion: interlock.dev/v1alpha1
kind: Catalog
metadata: {name: benchmark}
spec:
  models:
    - {names: [house-small], class: small, provider: house, hosting: selfHosted}
"""

BUDGET = """\
apiVersion: interlock.dev/v1alpha1
kind: Budget
metadata: {{name: budget-{number}}}
spec:
  description: benchmark
  match: {{actions: [model.chat]}}
  key: {key}
  window: {window}
  limits:
    - {{unit: {unit}, limit: 1000000000}}
"""

# Key, window and unit.
BUDGETS = [
    ("\"'all'\"", "{calendar: {every: month, timeZone: Europe/Berlin}}", "tokens"),
    ('intent.attribution.?team.orValue("nobody")', "{calendar: {every: week}}", "tokens"),
    ('intent.attribution.?environment.orValue("")', "{lifetime: true}", "calls"),
    ('intent.?agent.name.orValue("")', "{rolling: 24h}", "outputTokens"),
    ("intent.principal.id", "{rolling: 1h}", "calls"),
]

CALLER: Any = {
    "principal": {"id": "ana", "type": "user", "groups": ["staff", "ml-engineers"], "claims": {}},
    "agent": {"name": "support-agent"},
    "attribution": {"team": "support", "environment": "production"},
    "data": {"classifications": ["public"]},
}
BODY: dict[str, Any] = {
    "model": "house-small",
    "max_completion_tokens": 1000,
    "messages": [{"role": "user", "content": "Where is my parcel?"}],
    "tools": [{"type": "function", "function": {"name": "search", "parameters": {"type": "object"}}}],
}


def engine(count: int, budgets: Sequence[tuple[str, str, str]] = ()) -> Engine:
    """An engine with `count` policies, of which the ten match chat requests, and `budgets`, which all do."""
    documents = [CATALOG]
    for number, (key, window, unit) in enumerate(budgets):
        documents.append(BUDGET.format(number=number, key=key, window=window, unit=unit))
    for number in range(count):
        area, effect, expression, _ = RULES[number % len(RULES)]
        is_match = number < len(RULES)
        documents.append(
            POLICY.format(
                number=number,
                layer="organization" if effect == "permit" else "platform",
                area=area,
                action="model.chat" if is_match else "tool.call",
                kind="ChatCompletion" if is_match else f"Kind{number}",
                effect=effect,
                expression=expression,
            )
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "policies.yaml"
        path.write_text("---\n".join(documents))
        return Engine(load([path]))


def items(area: str, intent: Intent) -> list[Any]:
    """What the rules of an area are asked about."""
    return [intent] if area == "intent" else list(intent[area])  # type: ignore[literal-required]


def by_hand(intent: Intent) -> dict[str, Any]:
    """The ten rules in Python."""
    reasons: list[str] = []
    permits: list[str] = []
    for number, (area, effect, _, holds) in enumerate(RULES):
        for item in [intent] if area == "intent" else intent[area]:  # type: ignore[literal-required]
            try:
                value = holds(item)
            except (KeyError, TypeError, AttributeError) as error:
                reasons.append(f"rule {number} failed: {error}")
                continue
            if effect == "permit":
                (permits if value else reasons).append(f"rule {number}")
            elif value is (effect == "forbid"):
                reasons.append(f"rule {number} is broken")
    return {"allowed": not reasons, "reasons": reasons, "permits": permits}


def by_google(intent: Intent, *, is_converted_once: bool) -> Callable[[], object]:
    """The ten rules on cel-expr-python, dynamically typed; conversion kept or made again each time."""
    env = cel.NewEnv(variables=dict.fromkeys(VARIABLES.values(), cel.Type.DYN))
    programs = [(env.compile(expression), area) for area, _, expression, _ in RULES]

    def activations() -> dict[str, Any]:
        return {area: env.Activation({name: items(area, intent)[0]}) for area, name in VARIABLES.items()}

    kept = activations()

    def decide() -> object:
        bound = kept if is_converted_once else activations()
        return [program.eval(bound[area]).value() for program, area in programs]

    return decide


def by_celpy(intent: Intent) -> Callable[[], object]:
    """The ten rules on cel-python, inputs converted once."""
    environment = celpy.Environment()
    bound = {area: {name: json_to_cel(items(area, intent)[0])} for area, name in VARIABLES.items()}
    programs = [
        (environment.program(environment.compile(expression)), bound[area]) for area, _, expression, _ in RULES
    ]
    return lambda: [program.evaluate(activation) for program, activation in programs]


def cost(decide: Callable[[], object], times: int) -> float:
    """CPU microseconds of one decision."""
    started = time.process_time_ns()
    for _ in range(times):
        decide()
    return (time.process_time_ns() - started) / times / 1000


def main() -> None:
    """Measures all in one run and prints a table."""
    engines = {count: engine(count) for count in (10, 100, 1000)}
    charging = engine(10, BUDGETS)
    intent = from_chat(BODY, CALLER, engines[10].context_at(NOW))
    decision = engines[10].decide(intent, now=NOW)
    if len(charging.decide(intent, now=NOW).charges) != len(BUDGETS):
        raise SystemExit("the request must draw on all budgets")
    if not decision.allowed or not by_hand(intent)["allowed"]:
        raise SystemExit(f"the request must be allowed: {decision}")
    contenders: dict[str, tuple[Callable[[], object], int]] = {
        "by hand, in Python": (lambda: by_hand(intent), 2000),
        **{
            f"interlock, {count:,} policies loaded": (lambda e=each: e.decide(intent, now=NOW), 2000)  # type: ignore[misc]
            for count, each in engines.items()
        },
        "interlock, 10 policies and 5 budgets loaded": (lambda: charging.decide(intent, now=NOW), 2000),
        "cel-expr-python, inputs converted once": (by_google(intent, is_converted_once=True), 1000),
        "cel-expr-python, inputs converted each time": (by_google(intent, is_converted_once=False), 500),
        "cel-python, inputs converted once": (by_celpy(intent), 20),
    }
    best = dict.fromkeys(contenders, float("inf"))
    for _ in range(ROUNDS):
        for name, (decide, times) in contenders.items():
            best[name] = min(best[name], cost(decide, times))
    table = Table("a decision over ten rules", "µs of CPU", "to Python by hand", "to interlock with 10")
    for name, microseconds in best.items():
        table.add_row(
            name,
            f"{microseconds:,.1f}",
            f"{microseconds / best['by hand, in Python']:,.2f}×",
            f"{microseconds / best['interlock, 10 policies loaded']:,.2f}×",
        )
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
