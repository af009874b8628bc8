"""How a place in an object is written: `spec.containers[0].resources.limits["nvidia.com/gpu"]`.

The notation is the one of Kubernetes' own error messages. The root is the
empty path. What a caller wrote is shown on one line, escaped where a terminal
would obey it.
"""

from typing import Final

_LONGEST_SHOWN: Final = 255


def member(path: str, key: str) -> str:
    """The path of `key` in the object at `path`."""
    if not key.replace("_", "a").isalnum():
        return f'{path}["{_printable(key)}"]'
    return f"{path}.{key}" if path else key


def element(path: str, index: int) -> str:
    """The path of the item `index` of the list at `path`."""
    return f"{path}[{index}]"


def members(path: str, *keys: str) -> str:
    """The path that leads from `path` through `keys`, one after another."""
    for key in keys:
        path = member(path, key)
    return path


def json_path(path: str) -> str:
    """`path` as the JSONPath that machines read."""
    return f"${path}" if not path or path.startswith("[") else f"$.{path}"


def quoted(text: str) -> str:
    """`text` in backticks on one line, cut where it is long."""
    return f"`{_printable(text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + '…')}`"


def _printable(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
