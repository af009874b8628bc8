"""Manifests of other projects: each gives an Intent, and one that names an accelerator or a model says so."""

import pytest
from pydantic import TypeAdapter

from interlock.errors import RequestError
from interlock.intents.extract import extract
from interlock.model.intent import Intent
from support.intents import CONTEXT, MANIFESTS, manifests

_INTENTS: TypeAdapter[Intent] = TypeAdapter(Intent)
_STEMS = sorted(path.stem for path in MANIFESTS.glob("*.yaml"))

# Their specs name a model, or their purpose is to name or serve one.
_NAMING_MODELS = {
    "agent.kagent.dev",
    "agent.ark.mckinsey.com",
    "aigatewayroute.aigateway.envoyproxy.io",
    "clusterbasemodel.ome.io",
    "inferenceservice.ome.io",
    "inferenceservice.serving.kserve.io",
    "inferenceset.kaito.sh",
    "llminferenceservice.serving.kserve.io",
    "model.ark.mckinsey.com",
    "model.kubeai.org",
    "modeladapter.model.aibrix.ai",
    "modelbooster.workload.serving.volcano.sh",
    "modelconfig.kagent.dev",
    "modelserver.networking.serving.volcano.sh",
    "nimcache.apps.nvidia.com",
    "nimservice.apps.nvidia.com",
    "rayservice.ray.io",
    "trainedmodel.serving.kserve.io",
    "workspace.kaito.sh",
}

# The operator of NVIDIA's drivers runs neither models nor agents.
_NOT_READ = {"clusterpolicy.nvidia.com", "nvidiadriver.nvidia.com"}

pytestmark = pytest.mark.skipif(not MANIFESTS.is_dir(), reason="the corpora are not beside the repository")


@pytest.mark.parametrize("stem", _STEMS)
def test_every_document_gives_a_valid_intent(stem: str) -> None:
    count = 0
    for _, document in manifests(stem):
        intent = extract(document, CONTEXT)
        _INTENTS.validate_python(intent, strict=True)
        assert intent["kind"] == document["kind"]
        for item in (*intent["models"], *intent["accelerators"], *intent["tools"], *intent["images"]):
            assert item["source"]
        count += 1
    assert count > 0


@pytest.mark.parametrize("stem", _STEMS)
def test_a_document_that_names_an_accelerator_gives_an_intent_that_names_it(stem: str) -> None:
    silent = [
        text[:200]
        for text, document in manifests(stem)
        if "(accelerator)" in text and not extract(document, CONTEXT)["accelerators"]
    ]
    assert silent == []


@pytest.mark.parametrize("stem", sorted(_NAMING_MODELS))
def test_a_document_of_a_kind_that_names_models_gives_an_intent_that_has_one(stem: str) -> None:
    silent = [text[:200] for text, document in manifests(stem) if not extract(document, CONTEXT)["models"]]
    assert silent == []


@pytest.mark.parametrize("stem", _STEMS)
def test_all_kinds_of_ai_workloads_are_read(stem: str) -> None:
    reasons = {
        each["reason"] for _, document in manifests(stem) for each in extract(document, CONTEXT)["unresolved"]
    }
    assert any("not read yet" in reason for reason in reasons) == (stem in _NOT_READ)


def test_a_list_of_documents_is_no_request() -> None:
    with pytest.raises(RequestError):
        extract([document for _, document in manifests("job.batch")], CONTEXT)  # type: ignore[arg-type]  # a wrong type on purpose
