"""How many tokens a request takes, estimated before it runs.

The rule is the same for every model, so that an estimate can be explained and
repeated. No tokenizer is asked: settlement books what was really used.

- one token for each four bytes of UTF-8 of all text, rounded up at the end;
- four tokens for each message;
- `IMAGE_TOKENS` for each image, more than what most providers bill at most;
- audio, files and whatever else stands in a message count as the text of
  their JSON values, base64 included: too much rather than too little; of what
  they only refer to, the size isn't known, and so neither is the cost;
- keys count unless they are the protocol's own;
- the definitions of tools and all else beside the messages that a server could
  put before the model count as their JSON.
"""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from interlock.intents.classes import model_entry
from interlock.intents.context import ExtractionContext
from interlock.model.catalog import ModelEntry
from interlock.model.intent import MAX_INT64, Model
from interlock.prices import published
from interlock.prices.cost import worst
from interlock.prices.row import Row, of_catalog
from interlock.units import MicroUsdPerMillionTokens, Tokens, cost

BYTES_PER_TOKEN: Final = 4
TOKENS_PER_MESSAGE: Final = 4
IMAGE_TOKENS: Final = 4096

_IMAGE_PARTS: Final = frozenset({"image_url", "input_image", "image"})
_REFERRING_PARTS: Final = ("video_url", "audio_url", "file")
_PICTURE: Final = frozenset({"image_url", "image", "source", "detail", "file_id"})

_NO_PICTURE: Final = frozenset[str]()

_WORDS: Final = frozenset({"role", "type"})
_LONGEST_WORD: Final = 32
_PLAIN: Final = len(("role", "content"))

_SEARCHES: Final = frozenset(
    {"webSearches", "socialSearches", "storageSearches", "rerankSearches", "codeExecutions"}
)
"""What costs something where a provider runs tools, and no number of tokens bounds."""

_FIELDS: Final = (
    _PICTURE
    | _WORDS
    | {
        "arguments",
        "audio",
        "content",
        "custom",
        "data",
        "file",
        "file_data",
        "filename",
        "format",
        "function",
        "id",
        "input",
        "input_audio",
        "name",
        "refusal",
        "text",
        "tool_call_id",
        "tool_calls",
        "url",
    }
)
"""Keys of messages that the protocol defines: templates know them, models don't see them."""

_encoder = msgspec.json.Encoder()


def tokens_of_text(size: int) -> int:
    """The tokens of `size` bytes of text."""
    return -(-size // BYTES_PER_TOKEN)


def utf8_size(text: str) -> int:
    """The bytes of `text` in UTF-8."""
    return len(text) if text.isascii() else len(text.encode())


def json_size(value: object) -> int:
    """The bytes of `value` as JSON without spaces."""
    return len(_encoder.encode(value))


def message_size(message: dict[str, Any]) -> tuple[int, int]:
    """The bytes of text in `message`, and its images.

    Of an image only the picture is no text, and short words such as a role are
    in the tokens of their message.
    """
    content, role = message.get("content"), message.get("role")
    if len(message) == _PLAIN and type(content) is str and type(role) is str and len(role) <= _LONGEST_WORD:
        return utf8_size(content), 0  # as nearly all are
    return _size(message)


def _size(message: dict[str, Any]) -> tuple[int, int]:
    size = images = 0
    pending: list[Any] = [message]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            pictures = _PICTURE if _is_image(value) else _NO_PICTURE
            images += pictures is _PICTURE
            for key, item in value.items():
                if key not in _FIELDS:
                    size += utf8_size(key)
                elif key in pictures or (
                    key in _WORDS and isinstance(item, str) and len(item) <= _LONGEST_WORD
                ):
                    continue
                if isinstance(item, str):
                    size += len(item) if item.isascii() else len(item.encode())
                else:
                    pending.append(item)
        elif isinstance(value, list):
            pending += value
        elif isinstance(value, str):
            size += utf8_size(value)
        elif value is not None:
            size += len(str(value))
    return size, images


def is_unsized(part: object) -> bool:
    """Whether a part of a message is somewhere else, of unknown size: a video, audio or file."""
    if not isinstance(part, dict):
        return False
    payload = part.get(part["type"]) if part.get("type") in _REFERRING_PARTS else None
    if isinstance(payload, dict):
        place = payload.get("url")
        return "file_id" in payload or (isinstance(place, str) and not place.startswith("data:"))
    return False


def _is_image(value: dict[str, Any]) -> bool:
    kind = value.get("type")
    return isinstance(kind, str) and kind in _IMAGE_PARTS


def cost_of(
    models: Iterable[Model], input_tokens: int, output_tokens: int, context: ExtractionContext
) -> int | None:
    """What the call costs at most, in micro-USD, if any of `models` may answer it.

    None where the price of one of them isn't known.
    """
    costs = [_cost(model["name"], input_tokens, output_tokens, context) for model in models]
    known = [each for each in costs if each is not None]
    return min(max(known), MAX_INT64) if known and len(known) == len(costs) else None


def price_of(name: str, context: ExtractionContext) -> Row | None:
    """The prices that the estimate of a call to the model `name` rests on."""
    entry = model_entry(name, context.catalog)
    row = None if entry is None else of_catalog(entry)
    return row or _published(name, entry, context)


def _cost(name: str, input_tokens: int, output_tokens: int, context: ExtractionContext) -> int | None:
    """Tokens that can't be used need no price: embeddings have no output."""
    entry = model_entry(name, context.catalog)
    if entry is not None:
        read = _priced(input_tokens, entry.input_price)
        written = _priced(output_tokens, entry.output_price)
        if read is not None and written is not None:
            return read + written
    row = _published(name, entry, context)
    if row is None:
        return None
    return worst(row, input_tokens=Tokens(input_tokens), output_tokens=Tokens(output_tokens))


def is_searching(name: str, context: ExtractionContext) -> bool:
    """Whether a call to the model `name` costs more than its tokens where the provider runs tools for it."""
    row = price_of(name, context)
    return row is not None and not _SEARCHES.isdisjoint(row.unbounded)


def _published(name: str, entry: ModelEntry | None, context: ExtractionContext) -> Row | None:
    """What providers publish of `name`, if tokens, and tools that they run, are all that costs something."""
    row = published.find(name, None if entry is None else entry.provider, context.at)
    return None if row is None or not _SEARCHES.issuperset(row.unbounded) else row


def _priced(tokens: int, price: MicroUsdPerMillionTokens | None) -> int | None:
    if tokens == 0:
        return 0
    return None if price is None else cost(Tokens(tokens), price)
