import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.intents.images import image_of, parse_reference
from support.intents import intent_of, pod

_DIGEST = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    ("written", "registry", "repository", "tag", "digest"),
    [
        ("nginx", "docker.io", "library/nginx", "", ""),
        ("nginx:1.29", "docker.io", "library/nginx", "1.29", ""),
        ("docker.io/nginx", "docker.io", "library/nginx", "", ""),
        ("index.docker.io/library/nginx", "docker.io", "library/nginx", "", ""),
        ("vllm/vllm-openai:v0.10.0", "docker.io", "vllm/vllm-openai", "v0.10.0", ""),
        ("localhost/app", "localhost", "app", "", ""),
        ("localhost:5000/app:1", "localhost:5000", "app", "1", ""),
        (
            "registry.acme.example:10443/saas/a-b__c.d:v1",
            "registry.acme.example:10443",
            "saas/a-b__c.d",
            "v1",
            "",
        ),
        (f"ghcr.io/acme/app@{_DIGEST}", "ghcr.io", "acme/app", "", _DIGEST),
        (f"ghcr.io/acme/app:1@{_DIGEST}", "ghcr.io", "acme/app", "1", _DIGEST),
        ("Acme/app", "Acme", "app", "", ""),
        ("[fd00::1]:5000/app", "[fd00::1]:5000", "app", "", ""),
    ],
)
def test_references_are_split_as_the_runtime_splits_them(
    written: str, registry: str, repository: str, tag: str, digest: str
) -> None:
    reference = parse_reference(written)
    assert reference is not None
    assert (reference.registry, reference.repository) == (registry, repository)
    assert (reference.tag, reference.digest) == (tag, digest)


@pytest.mark.parametrize(
    "written",
    [
        "",
        ":",
        "@",
        "app:",
        "app@",
        "app@sha256:xyz",
        "app:a b",
        "App",
        "ghcr.io/ACME/app",
        "ghcr.io//app",
        "/app",
        "ghcr.io/",
        "a/" * 200 + "b",
        "$IMAGE",
        "{{ .Values.image }}",
        "ghcr.io/acme/app\n",
        "docker.io@evil.example/app",
    ],
)
def test_what_the_runtime_would_refuse_is_not_taken_apart(written: str) -> None:
    assert parse_reference(written) is None


@given(st.text())
def test_no_text_is_too_strange(written: str) -> None:
    image = image_of(written, "here")
    assert image is None or image["registry"]


def test_absent_tags_and_digests_are_absent_keys() -> None:
    assert image_of("nginx", "here") == {
        "reference": "nginx",
        "registry": "docker.io",
        "repository": "library/nginx",
        "source": "here",
    }


def test_every_container_gives_its_image_with_its_place() -> None:
    intent = intent_of(
        pod(
            {"image": "ghcr.io/acme/a:1"},
            {},
            initContainers=[{"name": "i", "image": f"b@{_DIGEST}"}],
            ephemeralContainers=[{"name": "e", "image": "c"}],
        )
    )
    assert [(image["repository"], image["source"]) for image in intent["images"]] == [
        ("library/b", "spec.initContainers[0].image"),
        ("acme/a", "spec.containers[0].image"),
        ("library/c", "spec.ephemeralContainers[0].image"),
    ]
    assert intent["images"][0]["digest"] == _DIGEST
    assert intent["images"][1]["tag"] == "1"


def test_a_volume_that_is_an_image_gives_it_too() -> None:
    volumes = [{"name": "a", "emptyDir": {}}, {"name": "b", "image": {"reference": "quay.io/acme/weights:1"}}]
    (image,) = intent_of(pod({}, volumes=volumes))["images"]
    assert (image["registry"], image["source"]) == ("quay.io", "spec.volumes[1].image.reference")


def test_an_unreadable_image_is_unknown_and_noted() -> None:
    intent = intent_of(pod({"image": "$IMAGE"}))
    assert intent["images"][0]["registry"] == "unknown"
    assert intent["unresolved"] == [
        {"path": "spec.containers[0].image", "reason": "`$IMAGE` is not a valid image reference"}
    ]
