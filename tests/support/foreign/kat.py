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

from interlock.cel.libraries.kubernetes.authorizer import Answer, Authorize
from interlock.cel.libraries.kubernetes.authorizer import Attributes as Asked
from interlock.foreign.attributes import Attributes, Resource
from interlock.foreign.cluster import Params, Snapshot
from interlock.foreign.compiled import CompiledValidating
from interlock.foreign.load import load
from interlock.foreign.policy import ParamKind
from interlock.foreign.review import Review
from interlock.foreign.validate import validate
from interlock.model.ruling import Ruling
from support.conformance.cases import CORPORA
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


def cases(part: str) -> Iterator[Case]:
    """All cases of validating policies in `part` of the corpus."""
    for policy in sorted((KAT / part).rglob("policy.yaml")):
        if "MutatingAdmissionPolicy" in policy.read_text(encoding="utf-8"):
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
    found = _outcome(case, folder)
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


def _outcome(case: Case, folder: Path) -> Ruling:
    given: dict[str, Any] = case.read("request") or {}
    params = case.read("params")
    policies = _policies(
        case.folder, folder, has_params=params is not None, has_namespace="namespaceObject" in given
    )
    attributes = _request(case, given)
    namespace = given.get("namespaceObject") or {"metadata": {"name": attributes.namespace}}
    kinds = {}
    if params is not None:
        kind = ParamKind(params["apiVersion"], params["kind"])
        metadata = params["metadata"]
        place = metadata.get("namespace", _NAMESPACE), metadata["name"]
        kinds[kind] = Params(is_namespaced=True, objects={place: params})
    cluster = Snapshot({attributes.namespace: namespace}, kinds)
    return validate(policies, Review(attributes, cluster, _authorizer(case.read("authorizer") or [])))


def _request(case: Case, given: Mapping[str, Any]) -> Attributes:
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


def _policies(
    source: Path, folder: Path, *, has_params: bool, has_namespace: bool
) -> Sequence[CompiledValidating]:
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
    file = folder / "policy.yaml"
    file.write_text(yaml.safe_dump_all(documents), encoding="utf-8")
    return load([file]).validating


def _authorizer(answers: Sequence[Mapping[str, str]]) -> Authorize:
    """Answers what is listed, and nothing else."""

    def authorize(asked: Asked) -> Answer:
        for each in answers:
            if all(getattr(asked, key) == value for key, value in each.items() if key != "decision"):
                return Answer(is_allowed=each["decision"] == "allow")
        return Answer(is_allowed=False)

    return authorize
