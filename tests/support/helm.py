"""The real Helm, in a process of its own: its library is Go, which no process of ours should be.

Run as a script it answers one question: JSON in, JSON out.
"""

import json
import subprocess
import sys
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

CHART: Final = Path(__file__).parents[2] / "deploy" / "helm" / "interlock"
NAME: Final = "interlock"

_WITHIN: Final = 120
_INFORMS: Final = 1
"""The severity of what is no warning."""


class HelmRefusedError(Exception):
    """Helm says that something can't be done."""


def rendered(values: dict[str, Any]) -> list[dict[str, Any]]:
    """The objects of a release with `values`, in the order of their templates.

    Raises:
        HelmRefusedError: the chart has no such values.
    """
    return deepcopy(_objects(json.dumps(values)))


def notes(values: dict[str, Any]) -> str:
    """What who installs a release with `values` reads."""
    return _manifests(json.dumps(values))[f"{NAME}/templates/NOTES.txt"]


def linted(values: dict[str, Any]) -> list[str]:
    """What `helm lint --strict` warns of."""
    report = _asked(do="lint", values=values)
    return [*report["errors"], *(each["error"] for each in report["messages"] if each["severity"] > _INFORMS)]


def installed(kubeconfig: Path, values: dict[str, Any]) -> None:
    """Install a release in the cluster of `kubeconfig`, whose namespace is there."""
    _asked(do="install", kubeconfig=str(kubeconfig), values=values)


def installed_and_removed(kubeconfig: Path, values: dict[str, Any]) -> str:
    """What Helm says after it installed a release in the cluster of `kubeconfig`, and removed it."""
    return str(_asked(do="remove", kubeconfig=str(kubeconfig), values=values)["info"])


@cache
def _objects(values: str) -> list[dict[str, Any]]:
    texts = [text for path, text in sorted(_manifests(values).items()) if path.endswith(".yaml")]
    return [each for text in texts for each in yaml.safe_load_all(text) if each]


@cache
def _manifests(values: str) -> dict[str, str]:
    found: dict[str, str] = _asked(do="render", values=json.loads(values))
    return found


def _asked(**question: Any) -> Any:
    ended = subprocess.run(
        [sys.executable, __file__],
        input=json.dumps(question),
        capture_output=True,
        text=True,
        timeout=_WITHIN,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    answer = json.loads(ended.stdout)
    if "refused" in answer:
        raise HelmRefusedError(answer["refused"])
    return answer["answer"]


def _answer(question: dict[str, Any]) -> Any:
    import helm_python  # noqa: PLC0415 - in the other process alone

    values = question["values"]
    chart = helm_python.Chart.load(CHART)
    if question["do"] == "lint":
        return helm_python.lint(CHART, values, strict=True, namespace=NAME)
    chart.validate_schema(values)
    if question["do"] == "render":
        return chart.render(values, name=NAME, namespace=NAME)
    config = helm_python.Config(namespace=NAME, kubeconfig_path=question["kubeconfig"], storage_driver="memory")
    release = config.install(chart, NAME, values)
    return release if question["do"] == "install" else config.uninstall(NAME)


def main() -> None:
    """Answer the question on standard input."""
    import helm_python  # noqa: PLC0415

    try:
        answer = {"answer": _answer(json.load(sys.stdin))}
    except helm_python.HelmError as error:
        answer = {"refused": str(error)}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
