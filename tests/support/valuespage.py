"""The table of the chart's values, made from values.yaml and what it says above each of them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from support.helm import CHART

_HEAD: Final = "| value | default | meaning |\n|---|---|---|\n"
_STARTS: Final = "# -- "
_PAGE: Final = Path(__file__).parents[2] / "docs" / "reference" / "chart.md"


def described() -> dict[str, str]:
    """What values.yaml says of each value, by its path."""
    found: dict[str, str] = {}
    said: list[str] = []
    parents: list[str] = []
    for line in (CHART / "values.yaml").read_text(encoding="utf-8").splitlines():
        text = line.strip()
        if text.startswith(_STARTS):
            said = [text.removeprefix(_STARTS)]
        elif text.startswith("# ") and said:
            said.append(text.removeprefix("# "))
        elif text:
            key = text.partition(":")[0]
            parents = [*parents[: (len(line) - len(line.lstrip())) // 2], key]
            if said:
                found[".".join(parents)] = " ".join(said)
            said = []
    return found


def defaults() -> dict[str, Any]:
    """Each value that is described or is none of a group, by its path."""
    values = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    return dict(_leaves("", values, described()))


def _leaves(path: str, value: Any, known: dict[str, str]) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value and path not in known:
        for key, entry in value.items():
            yield from _leaves(f"{path}.{key}".lstrip("."), entry, known)
    else:
        yield path, value


def page() -> str:
    """The page of the chart as it is."""
    return _PAGE.read_text(encoding="utf-8")


def renewed() -> str:
    """The page of the chart, with the table that values.yaml makes."""
    before, _, rest = page().partition(_HEAD)
    said = described()
    rows = "".join(
        f"| `{path}` | `{json.dumps(value)}` | {said[path]} |\n" for path, value in defaults().items()
    )
    after = rest.partition("\n\n")[2]
    return f"{before}{_HEAD}{rows}\n{after}"


def write() -> None:
    """Renew the page."""
    _PAGE.write_text(renewed(), encoding="utf-8")
