"""How many tokens a request takes, estimated before it runs.

The rule is the same for every model, so that an estimate can be explained and
repeated. No tokenizer is asked: settlement books what was really used.

- one token for each four bytes of UTF-8 of all text, rounded up at the end;
- four tokens for each message;
- `IMAGE_TOKENS` for each image, more than what most providers bill at most;
- audio, files and whatever else stands in a message count as the text of
  their JSON values, base64 included: too much rather than too little;
- the definitions of tools and of a response's format count as their JSON.
"""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from interlock.intents.classes import model_entry
from interlock.model.catalog import Catalog, ModelEntry
from interlock.model.intent import MAX_INT64, Model
from interlock.units import MicroUsdPerMillionTokens, Tokens, cost

BYTES_PER_TOKEN: Final = 4
TOKENS_PER_MESSAGE: Final = 4
IMAGE_TOKENS: Final = 4096

_IMAGE_PARTS: Final = frozenset({"image_url", "input_image", "image"})
_NOT_TEXT: Final = frozenset({"role", "type"})
_PICTURE: Final = _NOT_TEXT | {"image_url", "image", "source", "detail", "file_id"}

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
    """The bytes of text in `message`, and its images."""
    size = images = 0
    pending: list[Any] = [message]
    while pending:
        value = pending.pop()
        if isinstance(value, str):
            size += utf8_size(value)
        elif isinstance(value, list):
            pending += value
        elif isinstance(value, dict):
            is_image = _is_image(value)
            images += is_image
            # Only the picture itself is an image: what stands beside it is read as text.
            passed_over = _PICTURE if is_image else _NOT_TEXT
            pending += [item for key, item in value.items() if key not in passed_over]
    return size, images


def _is_image(value: dict[str, Any]) -> bool:
    kind = value.get("type")
    return isinstance(kind, str) and kind in _IMAGE_PARTS


def cost_of(models: Iterable[Model], input_tokens: int, output_tokens: int, catalog: Catalog) -> int | None:
    """What the call costs at most, in micro-USD, if any of `models` may answer it.

    None where the price of one of them isn't known.
    """
    costs = [_cost(model_entry(model["name"], catalog), input_tokens, output_tokens) for model in models]
    known = [each for each in costs if each is not None]
    return min(max(known), MAX_INT64) if known and len(known) == len(costs) else None


def _cost(entry: ModelEntry | None, input_tokens: int, output_tokens: int) -> int | None:
    """Tokens that can't be used need no price: embeddings have no output."""
    if entry is None:
        return None
    read = _priced(input_tokens, entry.input_price)
    written = _priced(output_tokens, entry.output_price)
    return None if read is None or written is None else read + written


def _priced(tokens: int, price: MicroUsdPerMillionTokens | None) -> int | None:
    if tokens == 0:
        return 0
    return None if price is None else cost(Tokens(tokens), price)
