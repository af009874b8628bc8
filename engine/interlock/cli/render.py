"""How every command writes: one fact a line, no wrapping, color only on a terminal.

Texts come from documents and requests that anybody may have crafted: nothing
in them reaches the terminal as a control character.
"""

import json
from collections.abc import Iterable
from typing import Any, Final

import typer
from rich.console import Console
from rich.text import Text

from interlock.decisionlog.codes import ReasonCode
from interlock.errors import Problem
from interlock.model.area import Area, name
from interlock.model.intent import Intent
from interlock.model.patch import spelled

ALLOWED: Final = ("✓ allow", "green")
DENIED: Final = ("✗ deny", "bold red")

_MOST_NAMES = 3

_NUMBERS: Final = {"ceiling": "at most", "floor": "at least"}
_TEXTS: Final = {"allowed": "one of", "blocked": "none of"}


def console() -> Console:
    """Standard output. Rich leaves color out where it is no terminal or NO_COLOR is set."""
    return Console(soft_wrap=True, highlight=False, markup=False, emoji=False)


def visible(text: str) -> str:
    """`text` with every character that a terminal would obey written as an escape."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def in_one_line(text: str) -> str:
    """`text` on one line, whatever white space is in it."""
    return visible(" ".join(text.split()))


def line(*parts: str | tuple[str, str], indent: int = 0) -> Text:
    """One line of parts, each a text or a text with its style; `indent` counts steps of two spaces."""
    return Text.assemble("  " * indent, *parts)


def report(problems: Iterable[Problem]) -> None:
    """Write `problems` to standard error as compilers do, in the order of files and lines."""
    for problem in sorted(set(problems), key=lambda problem: (problem.span, problem.message)):
        for text in str(problem).split("\n"):
            typer.echo("\t".join(map(visible, text.split("\t"))), err=True)


def fail(message: str) -> None:
    """Write one line about what went wrong to standard error."""
    typer.echo(f"interlock: {in_one_line(message)}", err=True)


def subject(intent: Intent) -> str:
    """What an Intent is about, in a few words: its action and the names of what it touches."""
    names = _names(intent)
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return visible(f"{intent['action']} {', '.join(names[:_MOST_NAMES])}{more}".strip())


def _names(intent: Intent) -> list[str]:
    workload = intent.get("workload")
    if workload is not None:
        place = "/".join(part for part in (workload["namespace"], workload["name"]) if part)
        return [f"{workload['kind']} {place}".strip()]
    if intent["action"].startswith("tool."):
        return [name(Area.TOOLS, tool) for tool in intent["tools"]]
    if "operation" in intent:
        return [f"{intent['operation']['name']} {name(Area.RESOURCES, each)}" for each in intent["resources"]]
    return [name(Area.MODELS, model) for model in intent["models"]]


def due(entry: dict[str, Any]) -> str:
    """What a decision obliges to, or advises, and whose policies want it."""
    return f"{assigned(entry['name'], entry['value'])} ({visible(', '.join(entry['policies']))})"


def changed(patch: dict[str, Any]) -> str:
    """What is where now, or that nothing is, and whose policies want it."""
    place = spelled(tuple(patch["path"]))
    now = assigned(place, patch["value"]) if "value" in patch else f"{visible(place)} is removed"
    kind = f"{patch['kind']} " if "kind" in patch else ""
    return f"{now} ({visible(kind + ', '.join(patch['policies']))})"


def limitation(entry: dict[str, Any]) -> str:
    """What all limits together leave of what they measure, and whose policies they are of."""
    policies = visible(", ".join(entry["policies"]))
    return f"{in_one_line(entry['of'])} of {visible(entry['item'])} is {bounds(entry)} ({policies})"


def bounds(entry: dict[str, Any]) -> str:
    """The bounds that `entry` has, as the rest of a sentence about what is bounded."""
    found = [f"{words} {entry[bound]}" for bound, words in _NUMBERS.items() if bound in entry]
    found += [f"{words} {', '.join(entry[bound])}" for bound, words in _TEXTS.items() if bound in entry]
    return in_one_line("; ".join(found))


def assigned(name: str, value: object) -> str:
    """`name` with its JSON `value`."""
    return visible(f"{name} = {json.dumps(value, ensure_ascii=False)}")


def reason(entry: dict[str, Any]) -> str:
    """Who says it of what: layer, policy and rule, item, and the message; of a conflict, whose policies.

    Of Kubernetes' policies it is the kind, the policy, its binding, and where the parameters are.
    """
    if entry["code"] == ReasonCode.REFUSED:
        return f"{visible(_refusing(entry))}{in_one_line(entry['message'])}"
    rule = f" {entry['policy']}/{entry['rule']}" if "rule" in entry else ""
    who = f"{entry['layer']}{rule} {entry['item']}: " if "layer" in entry else ""
    whose = f" ({', '.join(entry['policies'])})" if "policies" in entry else ""
    return f"{visible(who)}{in_one_line(entry.get('message', ''))}{visible(whose)}"


def _refusing(entry: dict[str, Any]) -> str:
    """Whose policy has something against it; nothing where it is the API server itself."""
    named = (("", "kind"), ("", "policy"), ("with binding ", "binding"), ("and params ", "params"))
    words = [f"{before}{entry[field]}" for before, field in named if field in entry]
    return f"{' '.join(words)}: " if words else ""
