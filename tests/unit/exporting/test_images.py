"""CEL takes references of images apart as the extractor of Intents does."""

from typing import Any, Final

from hypothesis import example, given
from hypothesis import strategies as st

from interlock.cel.activation import Activation
from interlock.exporting.images import images
from interlock.exporting.parsing import scope_of
from interlock.intents.images import image_of
from interlock.model.intent import UNKNOWN
from interlock.spans import typed_in

_DIGEST: Final = f"sha256:{'0' * 64}"
_PARTS: Final = st.sampled_from(
    ["a", "A", "b1", ".", "-", "_", "__", "/", ":", "@", "[", "]", "docker.io", "localhost", "80", _DIGEST]
)
_IMAGES: Final = images(frozenset({"reference", "registry", "repository", "tag", "digest"}))
_TAKEN: Final = scope_of(_IMAGES).compile(typed_in(_IMAGES))


def _taken_apart(reference: str) -> dict[str, Any]:
    (found,) = _TAKEN.evaluate(Activation({"variables.imageReferences": [reference]}))
    return dict(found)


@given(st.lists(_PARTS, min_size=1, max_size=9).map("".join))
@example("[ab]/a")
@example("[ab]:80/a")
@example("[a:b]/a")
@example("[AB]/a")
@example("index.docker.io/a")
@example(f"docker.io/a/b:1@{_DIGEST}")
@example("a" * 255)
@example("a" * 256)
@example(f"{'a' * 255}:1")
@example(f"a:{'b' * 128}")
@example(f"a:{'b' * 129}")
@example(f"a@sha256:{'0' * 31}")
@example("a_b.c/d")
@example("ä/b")
def test_a_reference_has_the_parts_of_the_intent(reference: str) -> None:
    image = image_of(reference, "spec") or {
        "reference": reference,
        "registry": UNKNOWN,
        "repository": UNKNOWN,
        "source": "spec",
    }
    expected = {key: value for key, value in image.items() if key != "source"}
    assert _taken_apart(reference) == expected
