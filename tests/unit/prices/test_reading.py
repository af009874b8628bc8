"""What providers' own bodies say was used, whatever is wrong with them."""

from typing import Any, Final

import pytest
from genai_prices.data import providers
from hypothesis import given
from hypothesis import strategies as st

from interlock.errors import RequestError
from interlock.prices import native
from interlock.prices.published import read
from interlock.prices.usage import Usage

CHAT: Final[dict[str, Any]] = {
    "model": "gpt-4o",
    "usage": {"prompt_tokens": 100, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 64}},
}
GEMINI: Final[dict[str, Any]] = {
    "modelVersion": "gemini-2.5-flash",
    "usageMetadata": {
        "promptTokenCount": 30,
        "candidatesTokenCount": 4,
        "thoughtsTokenCount": 6,
        "promptTokensDetails": [
            {"modality": "TEXT", "tokenCount": 10},
            {"modality": "AUDIO", "tokenCount": 20},
        ],
    },
}
FLAVORS: Final = [
    (provider.id, extractor.api_flavor) for provider in providers for extractor in provider.extractors or ()
]


def _counts(usage: Usage) -> dict[str, object]:
    return {unit.name: count for unit, count in usage.counts.items() if count}


def _with(body: dict[str, Any], **usage: object) -> dict[str, Any]:
    return {**body, "usage": {**body["usage"], **usage}}


def test_a_body_says_what_was_used_and_by_which_model() -> None:
    said = read(CHAT, provider="openai", flavor="chat")
    assert said.model == "gpt-4o"
    assert said.terms == {}
    assert _counts(said.usage) == {"input_tokens": 100, "output_tokens": 5, "cache_read_tokens": 64}


def test_a_provider_that_is_not_told_is_known_by_the_model() -> None:
    assert read(CHAT) == read(CHAT, provider="openai", flavor="chat")
    assert read({"usage": CHAT["usage"]}, model="gpt-4o").usage == read(CHAT).usage
    assert read(GEMINI) == read(GEMINI, provider="google", flavor="default")


def test_items_of_lists_and_counts_in_several_places_are_added() -> None:
    assert _counts(read(GEMINI).usage) == {
        "input_tokens": 30,
        "input_text_tokens": 10,
        "input_audio_tokens": 20,
        "output_tokens": 10,
        "output_reasoning_tokens": 6,
    }


def test_a_flavor_that_is_not_told_is_the_one_that_reads_most() -> None:
    images = {
        "usage": {
            "input_tokens": 9,
            "input_tokens_details": {"text_tokens": 4, "image_tokens": 5},
            "output_tokens": 7,
        }
    }
    assert _counts(read(images, provider="openai").usage)["input_image_tokens"] == 5
    embedded = {"usage": {"prompt_tokens": 8}}
    assert _counts(read(embedded, provider="openai").usage) == {"input_tokens": 8}


@pytest.mark.parametrize(
    ("body", "terms"),
    [
        ({**CHAT, "service_tier": "priority"}, {"service_tier": "priority"}),
        (_with(CHAT, speed="fast", service_tier=None), {"speed": "fast"}),
        ({**_with(CHAT, service_tier="flex"), "service_tier": "default"}, {"service_tier": "flex"}),
        (_with(CHAT, serviceTier="priority"), {"service_tier": "priority"}),
    ],
)
def test_a_body_says_on_what_terms(body: dict[str, Any], terms: dict[str, str]) -> None:
    assert read(body).terms == terms


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (None, "$"),
        ([], "$"),
        ("x", "$"),
        ({}, "$.usage"),
        ({"usage": None}, "$.usage"),
        ({"usage": 5}, "$.usage"),
        ({"usage": {}}, "$.usage.prompt_tokens"),
        ({**CHAT, "model": 7}, "$.model"),
        ({**CHAT, "service_tier": 7}, "$.service_tier"),
        (_with(CHAT, speed=[]), "$.usage.speed"),
        (_with(CHAT, prompt_tokens=None), "$.usage.prompt_tokens"),
        (_with(CHAT, prompt_tokens="100"), "$.usage.prompt_tokens"),
        (_with(CHAT, prompt_tokens=-1), "$.usage.prompt_tokens"),
        (_with(CHAT, prompt_tokens=2**53 + 1), "$.usage.prompt_tokens"),
        (_with(CHAT, prompt_tokens=float("nan")), "$.usage.prompt_tokens"),
        (_with(CHAT, prompt_tokens=True), "$.usage.prompt_tokens"),
        (_with(CHAT, prompt_tokens={"prompt_tokens": 1}), "$.usage.prompt_tokens"),
        (_with(CHAT, prompt_tokens_details=[1]), "$.usage.prompt_tokens_details"),
        (
            _with(CHAT, prompt_tokens_details={"cached_tokens": "7"}),
            "$.usage.prompt_tokens_details.cached_tokens",
        ),
    ],
)
def test_what_is_wrong_with_a_body_is_said_with_its_place(body: object, path: str) -> None:
    with pytest.raises(RequestError) as refused:
        read(body, provider="openai", flavor="chat")
    assert refused.value.path == path


def test_what_is_wrong_makes_a_body_none_of_another_flavor_that_reads_less() -> None:
    usage = {"input_tokens": 9, "output_tokens": 7, "input_tokens_details": "no", "cache_read_input_tokens": 3}
    with pytest.raises(RequestError) as refused:
        read({"usage": usage}, provider="azure")
    assert refused.value.path == "$.usage.input_tokens_details"


@pytest.mark.parametrize(
    ("details", "path"),
    [
        ({"modality": "TEXT"}, ".promptTokensDetails"),
        ([7], ".promptTokensDetails[0]"),
        ([{"modality": "TEXT"}, {"modality": 7}], ".promptTokensDetails[1].modality"),
        ([{"modality": "TEXT", "tokenCount": []}], ".promptTokensDetails[0].tokenCount"),
    ],
)
def test_what_is_wrong_with_a_list_is_said_with_its_place(details: object, path: str) -> None:
    body = {**GEMINI, "usageMetadata": {**GEMINI["usageMetadata"], "promptTokensDetails": details}}
    with pytest.raises(RequestError) as refused:
        read(body)
    assert refused.value.path == f"$.usageMetadata{path}"


def test_a_body_that_says_nothing_of_what_was_used_is_refused() -> None:
    with pytest.raises(RequestError, match="`usageMetadata`: says nothing of what was used"):
        read({"usageMetadata": {}}, provider="google", flavor="default")


def test_a_body_is_of_some_provider_with_bodies_and_of_one_of_its_flavors() -> None:
    with pytest.raises(RequestError, match="must be told where it names no model"):
        read({"usage": CHAT["usage"]})
    for unknown in ("nobody", "novita", "x" * 600, "a\x00\nb"):
        with pytest.raises(RequestError, match="tell what was used in counts") as refused:
            read(CHAT, provider=unknown)
        assert "\n" not in str(refused.value)
    with pytest.raises(RequestError, match="no body is of the flavor `chats`: did you mean `chat`"):
        read(CHAT, provider="openai", flavor="chats")


_scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=5)
    | st.just("gpt-4o")
)
_names = st.sampled_from(
    sorted(
        {
            step if isinstance(step, str) else step.field
            for provider, _ in FLAVORS
            for reading in native.find_readings(provider, None)
            for path in (reading.model, reading.root, *(place.path for place in reading.places))
            for step in path
        }
        | {"service_tier", "speed"}
    )
)
_bodies = st.recursive(
    _scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(_names | st.text(max_size=3), inner, max_size=6)
    ),
    max_leaves=25,
)


@given(_bodies, st.sampled_from(FLAVORS), st.booleans())
def test_any_json_is_read_or_refused(body: object, flavor: tuple[str, str], told: bool) -> None:  # noqa: FBT001 - hypothesis draws it
    try:
        said = read(body, provider=flavor[0], flavor=flavor[1] if told else None)
    except RequestError:
        return
    assert said.usage.counts
    assert min(said.usage.counts.values()) >= 0
