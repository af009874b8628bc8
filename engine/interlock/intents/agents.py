"""The identity of an agent: a changed prompt, tool list or model is a changed agent."""

from interlock.digests import digest_of
from interlock.model.intent import Agent, Intent


def set_agent(intent: Intent, agent: Agent) -> None:
    """Let `agent` be who acts, with the digest of all its other keys."""
    agent["digest"] = agent_digest(agent)
    intent["agent"] = agent


def agent_digest(agent: Agent) -> str:
    """The digest of all keys of `agent` but the digest itself."""
    return digest_of({key: value for key, value in agent.items() if key != "digest"})
