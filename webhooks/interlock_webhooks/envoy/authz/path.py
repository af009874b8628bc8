"""What a path says, as the server that it is for reads it. Pure."""

from typing import Final
from urllib.parse import unquote

from interlock.errors import RequestError
from interlock_webhooks.text import quoted

_HERE: Final = frozenset({"", "."})
_UP: Final = ".."
_PARAMETER: Final = ";"
_NAMED_BELOW: Final = frozenset({"deployments", "engines"})
_CALLS: Final = (("chat", "completions"), ("completions",), ("embeddings",))
_VERSION: Final = "v1"


def segments_of(path: str) -> tuple[str, ...]:
    """What `path` names, part by part, as a server takes it: decoded, and without what says nothing.

    Raises:
        RequestError: nobody can be sure what a server takes it for.
    """
    plain = path.partition("?")[0].partition("#")[0]
    segments = tuple([unquote(each) for each in plain.split("/") if unquote(each) not in _HERE])
    if any(_leads_elsewhere(each) for each in segments):
        raise RequestError(
            f"the path {quoted(plain)} leads up or hides a separator: send the one that it means"
        )
    return segments


def model_in(segments: tuple[str, ...]) -> str:
    """The model that they name, which then is called whatever the body says; empty where they name none.

    Azure has it in `/openai/deployments/NAME/chat/completions`, and LiteLLM's proxy also in
    `/engines/NAME/chat/completions`, where a name may have slashes. What ends in a version, as in
    `/engines/llama.cpp/v1/chat/completions` of Docker, is a server and no model.
    """
    lowered = [segment.casefold() for segment in segments]
    start = next((index for index, each in enumerate(lowered) if each in _NAMED_BELOW), None)
    if start is None:
        return ""
    call = next((call for call in _CALLS if tuple(lowered[-len(call) :]) == call), ())
    named = segments[start + 1 : len(segments) - len(call)]
    return "" if named[-1:] == (_VERSION,) else "/".join(named)


def _leads_elsewhere(segment: str) -> bool:
    """Whether `segment` is no name; servers in Java take parameters from it first."""
    return segment.partition(_PARAMETER)[0] == _UP or "/" in segment or "\\" in segment
