"""How spans say what a model's call used, in the words of each convention. Pure.

Sources: OpenTelemetry's semantic conventions for generative AI
(`gen_ai.*`, and the names that they had before), and OpenInference's
(`llm.*`). The hold is an attribute of ours, as it is or copied from baggage.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from interlock.checks.ending import Ending
from interlock.errors import RequestError
from interlock.prices.usage import MOST
from interlock.spelling import quoted
from interlock_webhooks.otlp.span import Report, Span, Tokens, Value

HOLDS: Final = ("interlock.hold.id", "baggage.interlock.hold.id")
"""Where a span names its hold: the first of them that is there."""

_LONGEST: Final = 1024

_COUNTS: Final = {
    "gen_ai.usage.input_tokens": Tokens.INPUT,
    "gen_ai.usage.output_tokens": Tokens.OUTPUT,
    "gen_ai.usage.cache_read.input_tokens": Tokens.CACHE_READ,
    "gen_ai.usage.cache_creation.input_tokens": Tokens.CACHE_WRITE,
    "gen_ai.usage.reasoning.output_tokens": Tokens.REASONING,
    "llm.token_count.prompt": Tokens.INPUT,
    "llm.token_count.completion": Tokens.OUTPUT,
    "llm.token_count.total": Tokens.TOTAL,
    "llm.token_count.prompt_details.cache_read": Tokens.CACHE_READ,
    "llm.token_count.prompt_details.cache_write": Tokens.CACHE_WRITE,
    "llm.token_count.prompt_details.audio": Tokens.INPUT_AUDIO,
    "llm.token_count.completion_details.audio": Tokens.OUTPUT_AUDIO,
    "llm.token_count.completion_details.reasoning": Tokens.REASONING,
    # Before version 1.27 of the conventions.
    "gen_ai.usage.prompt_tokens": Tokens.INPUT,
    "gen_ai.usage.completion_tokens": Tokens.OUTPUT,
}
"""Of two that say the same, the first counts."""

_MODELS: Final = ("gen_ai.response.model", "gen_ai.request.model", "llm.model_name", "embedding.model_name")
_PROVIDERS: Final = ("gen_ai.provider.name", "gen_ai.system", "llm.provider")
_PRICED_AS: Final = {"gcp.gen_ai": "google", "x_ai": "x-ai", "xai": "x-ai", "azure.ai.inference": "azure"}
"""Providers whose prices are published under another name than the conventions have."""

_KIND: Final = "gen_ai.operation.name"
_OTHER_KIND: Final = "openinference.span.kind"
_EMBEDDING: Final = frozenset({"embeddings", "EMBEDDING"})
_CALLS: Final = frozenset({"chat", "text_completion", "generate_content", "LLM"}) | _EMBEDDING
"""What spans of one model's call are; those of agents and workflows say what all of their calls used."""

_ERROR: Final = "error.type"

READ: Final = frozenset({*HOLDS, *_COUNTS, *_MODELS, *_PROVIDERS, _KIND, _OTHER_KIND, _ERROR})
"""All attributes that anything here reads."""


def report_of(span: Span) -> Report | None:
    """What `span` says of a hold; None where it names none, or is not of a model's call.

    Raises:
        RequestError: it can't be read.
    """
    named = span.attributes
    hold = next((named[name] for name in HOLDS if name in named), None)
    if hold is None:
        return None
    if not isinstance(hold, str) or not 1 <= len(hold) <= _LONGEST:
        raise RequestError(f"`{HOLDS[0]}`: must be a text of 1 to {_LONGEST} characters")
    tokens = _whole(dict(_tokens(named)))
    kind = named.get(_KIND, named.get(_OTHER_KIND))
    if kind not in _CALLS and (kind is not None or not tokens):
        return None
    if kind in _EMBEDDING and Tokens.INPUT in tokens:
        tokens.setdefault(Tokens.OUTPUT, 0)
    return Report(
        hold=hold,
        ending=_ending(span, tokens),
        tokens=tokens,
        model=_text(named, _MODELS),
        provider=_provider(named),
        ended=span.ended,
    )


def _ending(span: Span, tokens: Mapping[Tokens, int]) -> Ending:
    """What failed and says nothing of tokens used none; of what did not fail, nobody knows how many."""
    if tokens:
        return Ending.USED
    return Ending.NOTHING if span.failed or _ERROR in span.attributes else Ending.HELD


def _tokens(named: Mapping[str, Value]) -> Iterator[tuple[Tokens, int]]:
    # What comes last counts in a dict.
    for name, tokens in reversed(_COUNTS.items()):
        if name in named:
            yield tokens, _count(name, named[name])


def _whole(tokens: dict[Tokens, int]) -> dict[Tokens, int]:
    """`tokens` with those of the prompt that were cached among those of the prompt.

    The conventions count them there. Where there are more of them than of the
    prompt, whoever wrote the span has not.
    """
    cached = tokens.get(Tokens.CACHE_READ, 0) + tokens.get(Tokens.CACHE_WRITE, 0)
    read = tokens.get(Tokens.INPUT)
    return tokens if read is None or cached <= read else {**tokens, Tokens.INPUT: read + cached}


def _count(name: str, value: Value) -> int:
    """Some libraries have no whole numbers, and send what is one as a fraction."""
    whole = int(value) if isinstance(value, float) and value.is_integer() else value
    if isinstance(whole, bool) or not isinstance(whole, int) or not 0 <= whole <= MOST:
        raise RequestError(f"`{name}`: must be a whole number between 0 and {MOST}")
    return whole


def _provider(named: Mapping[str, Value]) -> str | None:
    provider = _text(named, _PROVIDERS)
    return None if provider is None else _PRICED_AS.get(provider, provider)


def _text(named: Mapping[str, Value], names: tuple[str, ...]) -> str | None:
    for name in names:
        value = named.get(name)
        if value is None or value == "":
            continue
        if not isinstance(value, str) or len(value) > _LONGEST:
            shown = quoted(value) if isinstance(value, str) else "no text"
            raise RequestError(f"`{name}` is {shown}: must be a text of at most {_LONGEST} characters")
        return value
    return None
