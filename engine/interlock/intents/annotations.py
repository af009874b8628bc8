"""What annotations under `interlock.dev/` say of a workload: its tools, its agent, its data.

The object's own annotations count before those of its pod template, but lists
add up: neither can hide a tool or a classification that the other declares.
What they state is taken as stated; whether to believe it is for policies to say.
"""

from dataclasses import dataclass
from typing import Final

from interlock.intents.agents import set_agent
from interlock.intents.classes import tool_of
from interlock.intents.draft import few, note
from interlock.intents.paths import member
from interlock.intents.quantity import whole_quantity
from interlock.model.catalog import Catalog
from interlock.model.intent import UNKNOWN, Agent, Intent

PREFIX: Final = "interlock.dev/"


@dataclass(frozen=True, slots=True)
class Annotations:
    """Annotations of an object and of its pods, each at its path; the first that has a key counts."""

    places: tuple[tuple[dict[str, str], str], ...]

    def find(self, key: str) -> tuple[str, str] | None:
        """The value of `key` and its path, where it is there and not empty."""
        for values, path in self.places:
            if values.get(key):
                return values[key], member(path, key)
        return None

    def words(self, key: str) -> dict[str, str]:
        """The words of all lists under `key`, parted by commas or spaces, and where each stands first."""
        found: dict[str, str] = {}
        for values, path in self.places:
            source = member(path, key)
            for word in values.get(key, "").replace(",", " ").split():
                found.setdefault(word, source)
        return found


def add_stated(intent: Intent, annotations: Annotations, catalog: Catalog) -> None:
    """Add everything that the annotations state."""
    if any(key.startswith(PREFIX) for values, _ in annotations.places for key in values):
        _add_tools(intent, annotations, catalog)
        _add_agent(intent, annotations)
        _add_data(intent, annotations)


def _add_tools(intent: Intent, annotations: Annotations, catalog: Catalog) -> None:
    """Add the tools of a list such as `files/read, search/web`; one without a server is of an unknown one."""
    for word, source in few(annotations.words(f"{PREFIX}tools"), "tools").items():
        server, slash, name = word.partition("/")
        if not slash:
            server, name = UNKNOWN, word
        intent["tools"].append(tool_of(server or UNKNOWN, name or UNKNOWN, source, catalog))


AGENT_KEYS: Final = {
    "version": "agent-version",
    "promptDigest": "prompt-digest",
    "toolManifestDigest": "tool-manifest-digest",
    "model": "agent-model",
}
"""The annotations that state facts of an agent, beside its name and its context window."""


def _add_agent(intent: Intent, annotations: Annotations) -> None:
    """Add the agent, if it has a name."""
    named = annotations.find(f"{PREFIX}agent-name")
    if named is None:
        return
    agent: Agent = {"name": named[0], "digest": ""}
    intent["provenance"]["agent.name"] = named[1]
    for key, annotation in AGENT_KEYS.items():
        found = annotations.find(PREFIX + annotation)
        if found is not None:
            agent[key], intent["provenance"][f"agent.{key}"] = found  # type: ignore[literal-required]  # keys of the table above
    window = annotations.find(f"{PREFIX}context-window")
    if window is not None:
        _add_window(intent, agent, *window)
    set_agent(intent, agent)


def _add_window(intent: Intent, agent: Agent, written: str, source: str) -> None:
    tokens = whole_quantity(written)
    if tokens is None:
        note(intent, source, "the context window is not a number of tokens")
    else:
        agent["contextWindow"] = tokens
        intent["provenance"]["agent.contextWindow"] = source


def _add_data(intent: Intent, annotations: Annotations) -> None:
    data, provenance = intent["data"], intent["provenance"]
    classifications = annotations.words(f"{PREFIX}data-classifications")
    if classifications:
        data["classifications"] = list(classifications)
        provenance["data.classifications"] = next(iter(classifications.values()))
    residency = annotations.find(f"{PREFIX}data-residency")
    if residency is not None:
        data["residency"], provenance["data.residency"] = residency
    region = annotations.find(f"{PREFIX}data-region")
    if region is not None:
        data["region"], provenance["data.region"] = region
