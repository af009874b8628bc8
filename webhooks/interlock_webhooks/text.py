"""Text from outside or from policies, made fit for one line of a header, a message or a log. Pure."""

from typing import Final

_SHOWN: Final = 100


def one_line(text: str, limit: int) -> str:
    """`text` in at most `limit` characters, all printable; an ellipsis says that some were cut."""
    cut = text if len(text) <= limit else f"{text[: limit - 1]}…"
    return cut if cut.isprintable() else "".join(c if c.isprintable() else " " for c in cut)


def quoted(text: str) -> str:
    """`text` in backticks, short enough to stand in a message."""
    return f"`{one_line(text, _SHOWN)}`"


def lowered(message: str) -> str:
    """`message` with its first letter in lower case, as our messages begin; abbreviations stay."""
    return message if message[1:2].isupper() else message[:1].lower() + message[1:]


def listed(items: list[str], separator: str, limit: int) -> str:
    """As many of `items` as fit into `limit` UTF-8 bytes, and how many more there are."""
    kept: list[str] = []
    # What the last words may take.
    room = limit - len(f"{separator}and {len(items)} more")
    for item in items:
        room -= len((item + separator).encode())
        if room < 0:
            kept.append(f"and {len(items) - len(kept)} more")
            break
        kept.append(item)
    return separator.join(kept)
