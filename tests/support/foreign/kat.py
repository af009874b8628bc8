"""The cases of kat, which tests admission policies offline, in files beside a policy that say what they expect.

It is more lenient than the API server, which the documents are made up for
here: its match conditions see the namespace, no selector looks at one that
nobody describes, and a binding whose parameters are nowhere has null.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml
from msgspec import Struct

from interlock.foreign.attributes import Attributes, Resource
from interlock.model.ruling import VALIDATING, Ruling
from support.conformance.cases import CORPORA
from support.foreign.checked import checked
from support.foreign.requests import request_for

KAT: Final = CORPORA / "kat"
_NAMESPACE: Final = "default"


class Case(Struct, frozen=True):
    """One request: its files by what they hold."""

    id: str
    folder: Path
    expected: str
    files: dict[str, Path]

    def read(self, what: str) -> Any:
        """The document of a file, or None where there is none."""
        path = self.files.get(what)
        return None if path is None else yaml.safe_load(path.read_text(encoding="utf-8"))

    def text(self, what: str) -> str | None:
        """The text of a file, or None where there is none."""
        path = self.files.get(what)
        return None if path is None else path.read_text(encoding="utf-8").strip()


def cases(part: str, kind: str = VALIDATING) -> Iterator[Case]:
    """All cases of policies of a `kind` in `part` of the corpus."""
    for policy in sorted((KAT / part).rglob("policy.yaml")):
        if kind not in policy.read_text(encoding="utf-8"):
            continue
        folder = policy.parent
        found: defaultdict[str, dict[str, Path]] = defaultdict(dict)
        for path in sorted((folder / "tests").iterdir()):
            name, what, _ = path.name.rsplit(".", 2)
            found[name][what] = path
        for name, files in found.items():
            yield Case(f"{folder.name}/{name}", folder, name.rpartition(".")[2], files)


def difference(case: Case, folder: Path) -> str:
    """What is not as the case expects; empty if all is. Documents are written into `folder`."""
    found = ruling_of(case, folder)
    if found.allowed is (case.expected == "deny"):
        return f"is {'allowed' if found.allowed else 'denied'}"
    # The API server says the first denial alone.
    said = [each.message for each in (*found.denials[:1], *found.warnings)]
    for what in ("message", "warnings"):
        wanted = case.text(what)
        if wanted is not None and said != [wanted.removeprefix("validation failed: ")]:
            return f"says {said}"
    annotations = {key.partition("/")[2]: value for key, value in found.annotations.items()}
    if case.expected == "audit" and annotations != (case.read("annotations") or {}):
        return f"notes {annotations}"
    return ""


def ruling_of(case: Case, folder: Path) -> Ruling:
    """What the policies of `case` say on the command line; documents are written into `folder`."""
    given: dict[str, Any] = case.read("request") or {}
    params = case.read("params")
    policies = policies_of(case.folder, has_params=params is not None, has_namespace="namespaceObject" in given)
    attributes = request_of(case, given)
    described = given.get("namespaceObject") or {}
    metadata = {**described.get("metadata", {}), "name": attributes.namespace}
    # One of them is of a kind that nobody knows.
    cluster = [{**described, "apiVersion": "v1", "kind": "Namespace", "metadata": metadata}]
    if params is not None:
        cluster.append({**params, "metadata": {"namespace": _NAMESPACE, **params["metadata"]}})
    return checked(folder, policies, attributes, cluster, _access(case.read("authorizer") or []))


def request_of(case: Case, given: Mapping[str, Any]) -> Attributes:
    """The request of `case`, of which its file has what is `given`."""
    found, old = given.get("object") or case.read("object"), given.get("oldObject") or case.read("oldObject")
    usual = "UPDATE" if found and old else "DELETE" if old else "CREATE"
    namespaced: dict[str, Any] = (given.get("namespaceObject") or {}).get("metadata", {})
    metadata: dict[str, Any] = (found or old or {}).get("metadata", {})
    more: dict[str, Any] = {
        "namespace": given.get("namespace") or metadata.get("namespace") or namespaced.get("name", _NAMESPACE)
    }
    if resource := given.get("resource"):
        more["resource"] = Resource(resource["group"], resource["version"], resource["resource"])
    for field, key in (("name", "name"), ("subresource", "subResource"), ("options", "options")):
        if given.get(key):
            more[field] = given[key]
    return request_for(
        found, old, operation=given.get("operation", usual), user=given.get("userInfo", {}), **more
    )


def policies_of(source: Path, *, has_params: bool, has_namespace: bool) -> list[dict[str, Any]]:
    """The documents of the policies in `source`, as the API server means what their authors mean."""
    documents = [
        document
        for path in sorted(source.glob("*.yaml"))
        for document in yaml.safe_load_all(path.read_text(encoding="utf-8"))
        if document
    ]
    for document in documents:
        spec = document["spec"]
        conditions = spec.get("matchConditions", [])
        if "namespaceObject" in str(conditions):
            del spec["matchConditions"]
            unmet = " || ".join(f"!({each['expression']})" for each in conditions)
            for validation in spec["validations"]:
                validation["expression"] = f"{unmet} || ({validation['expression']})"
        if not has_params:
            spec.pop("paramRef", None)
        if not has_namespace:
            spec.get("matchResources", {}).pop("namespaceSelector", None)
    return documents


def _access(answers: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """Answers what is listed, and nothing else."""
    return [
        {
            **{key: value for key, value in each.items() if key != "decision"},
            "allowed": each["decision"] == "allow",
        }
        for each in answers
    ]
