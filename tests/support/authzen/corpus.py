"""The third-party cases of AuthZEN, read in place, each as a request and what it must be answered with."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

CORPUS: Final = Path(__file__).parents[4] / "shared" / "corpora" / "authzen"
FIXTURES: Final = Path(__file__).parents[3] / "testdata" / "authzen"

_PATHS: Final = {
    "evaluation": "/access/v1/evaluation",
    "evaluations": "/access/v1/evaluations",
    "subject": "/access/v1/search/subject",
    "resource": "/access/v1/search/resource",
    "action": "/access/v1/search/action",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request of a scenario, and what is expected of its answer.

    `statuses` are those that it may have. Of an answer with status 200, `decision`
    or `decisions` are what it decides, and `results` are among those that it finds.
    """

    id: str
    scenario: str
    path: str
    body: bytes
    method: str = "POST"
    media_type: str = "application/json"
    has_request_id: bool = False
    credentials: str = "given"
    statuses: tuple[int, ...] = (200,)
    decision: bool | None = None
    decisions: tuple[bool, ...] | None = None
    results: tuple[Mapping[str, str], ...] | None = None
    is_exact: bool = False


def modules() -> Iterator[Case]:
    """The modules of OpenID's conformance suite."""
    for module in json.loads((CORPUS / "oidf-modules.json").read_text()):
        yield _module(module)


def _module(module: dict[str, Any]) -> Case:
    api = module["api"]
    is_search = api in {"subject", "resource", "action"}
    interop = "search" if is_search else "todo"
    body = module["raw_body"] if "raw_body" in module else json.dumps(module["payload"])
    statuses = module.get("acceptable_http_status") or [module.get("getExpectedHttpStatusCode", 200)]
    decided = module.get("getExpectedDecisionResponseJson")
    several = module.get("getExpectedEvaluationsResponseJson")
    found = module.get("getExpectedSearchResponseJson")
    return Case(
        id=module["name"],
        scenario="certification" if module["group"] == "scenarios" else interop,
        path=_PATHS[api],
        body=body.encode(),
        method=module.get("http_method", "POST"),
        media_type=module.get("content_type", "application/json"),
        has_request_id=module.get("includeXRequestIdHeader", False),
        credentials=_credentials(module),
        statuses=tuple(statuses),
        decision=None if decided is None else decided["decision"],
        decisions=None if several is None else tuple(each["decision"] for each in several["evaluations"]),
        results=None if found is None else tuple(found["results"]),
    )


def _credentials(module: dict[str, Any]) -> str:
    if module.get("skipAuthentication"):
        return "none"
    return "wrong" if module.get("corruptAuthCredentials") else "given"


def interoperations() -> Iterator[Case]:
    """The cases of the working group's interop scenarios."""
    todo = json.loads((CORPUS / "todo-decisions-authorization-api-1_0-02.json").read_text())
    gateways = json.loads((CORPUS / "gateway-decisions.json").read_text())
    for scenario, cases in (("todo", todo), ("gateways", gateways)):
        for number, case in enumerate(cases["evaluation"]):
            yield _case(f"{scenario}-{number}", scenario, "evaluation", case, decision=case["expected"])
    for number, case in enumerate(todo["evaluations"]):
        decided = tuple(each["decision"] for each in case["expected"])
        yield _case(f"todo-several-{number}", "todo", "evaluations", case, decisions=decided)
    for api in ("subject", "resource", "action"):
        searches = json.loads((CORPUS / "search" / f"{api}-results.json").read_text())
        for number, case in enumerate(searches["evaluation"]):
            found = tuple(case["expected"]["results"])
            yield _case(f"search-{api}-{number}", "search", api, case, results=found, is_exact=True)


def _case(name: str, scenario: str, api: str, case: dict[str, Any], **expected: Any) -> Case:
    body = json.dumps(case["request"]).encode()
    return Case(id=name, scenario=scenario, path=_PATHS[api], body=body, **expected)
