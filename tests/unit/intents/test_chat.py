from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.errors import RequestError
from interlock.intents.caller import Caller
from interlock.intents.chat import from_chat, from_embeddings
from interlock.intents.estimates import IMAGE_TOKENS
from interlock.model.intent import MAX_INT64, Intent
from support.intents import CONTEXT, recorded

_HELLO = [{"role": "user", "content": "hello"}]


def _chat(caller: Caller | None = None, **body: Any) -> Intent:  # raw JSON
    return from_chat({"model": "gpt-4o", "messages": _HELLO, **body}, caller or {}, CONTEXT)


def _embeddings(given_input: Any, model: str = "text-embedding-3-small") -> Intent:  # raw JSON
    return from_embeddings({"model": model, "input": given_input}, {}, CONTEXT)


def test_a_recorded_call_gives_all_its_facts() -> None:
    request = recorded("chat/with-tools.json")
    intent = from_chat(request["chat"], request["caller"], CONTEXT)
    assert (intent["action"], intent["kind"]) == ("model.chat", "ChatCompletion")
    assert intent["principal"]["type"] == "agent"
    assert intent["agent"]["name"] == "ticket-triage"
    assert intent["attribution"]["costCenter"] == "cc-2002"
    assert intent["data"] == {"classifications": ["internal"], "residency": "eu", "region": "eu-west-1"}
    assert [(tool["server"], tool["name"], tool["source"]) for tool in intent["tools"]] == [
        ("helpdesk", "search_tickets", "tools[0]"),
        ("helpdesk", "assign_queue", "tools[1]"),
    ]
    assert intent["object"] == request["chat"]
    assert "workload" not in intent


def test_a_model_is_what_the_catalog_says_of_its_name() -> None:
    assert _chat()["models"] == [
        {
            "name": "gpt-4o",
            "provider": "openai",
            "class": "frontier",
            "hosting": "external",
            "confidence": "declared",
            "inputPrice": 2_500_000,
            "outputPrice": 10_000_000,
            "source": "model",
        }
    ]
    assert _chat(model="nobody-knows")["models"][0]["class"] == "unknown"


def test_every_model_that_may_answer_is_a_model() -> None:
    found = _chat(models=["gpt-4o-mini"], fallbacks=[{"model": "o3"}, "gpt-5"])["models"]
    assert [(model["name"], model["source"]) for model in found] == [
        ("gpt-4o", "model"),
        ("gpt-4o-mini", "models[0]"),
        ("o3", "fallbacks[0].model"),
        ("gpt-5", "fallbacks[1]"),
    ]


def test_a_list_of_models_can_stand_alone() -> None:
    assert [model["name"] for model in _chat(model=None, models=["o3"])["models"]] == ["o3"]


def test_text_is_one_token_for_four_bytes_and_four_for_each_message() -> None:
    assert _chat()["usage"]["inputTokens"] == 2 + 4
    assert _chat(messages=_HELLO * 2)["usage"]["inputTokens"] == 3 + 8
    assert _chat(messages=[{"role": "user", "content": "éé"}])["usage"]["inputTokens"] == 1 + 4


def test_parts_tools_and_tool_calls_count_as_text() -> None:
    parts = [{"type": "text", "text": "hello"}, {"type": "input_audio", "input_audio": {"data": "abcd"}}]
    assert _chat(messages=[{"role": "user", "content": parts}])["usage"]["inputTokens"] == 3 + 4
    call = {"type": "function", "function": {"name": "abcd", "arguments": "{}"}}
    called = {"role": "assistant", "content": None, "tool_calls": [call]}
    assert _chat(messages=[called])["usage"]["inputTokens"] == 2 + 4
    tools = [{"type": "function", "function": {"name": "f"}}]
    assert _chat(tools=tools)["usage"]["inputTokens"] == -(-(5 + 45) // 4) + 4


@pytest.mark.parametrize(
    "message",
    [
        {"role": "user", "type": "image", "content": "x" * 4000},
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "u"}, "text": "x" * 4000}]},
        {"role": "x" * 4000, "content": "hello"},
        {"role": ["x" * 4000], "content": "hello"},
        {"role": "assistant", "tool_calls": [{"function": {"arguments": {"x" * 4000: 1}}}]},
        {"role": "user", "content": [{"type": "tokens", "ids": [1234] * 1000}]},
    ],
)
def test_text_counts_wherever_in_a_message_it_hides(message: dict[str, Any]) -> None:
    assert _chat(messages=[message])["usage"]["inputTokens"] >= 1000


@pytest.mark.parametrize(
    "beside",
    [
        {"prediction": {"type": "content", "content": "x" * 4000}},
        {"documents": [{"text": "x" * 4000}]},
        {"chat_template": "x" * 4000},
        {"field_of_tomorrow": ["x" * 4000]},
    ],
)
def test_text_counts_wherever_in_a_request_it_hides(beside: dict[str, Any]) -> None:
    assert _chat(**beside)["usage"]["inputTokens"] >= 1000


def test_what_no_model_reads_counts_nothing() -> None:
    beside: dict[str, Any] = {
        "metadata": {"run": "x" * 400},
        "stop": ["END"],
        "tool_choice": "auto",
        "user": "u",
        "stream": True,
    }
    assert _chat(**beside)["usage"] == _chat()["usage"]


def test_an_empty_list_of_models_names_none() -> None:
    with pytest.raises(RequestError, match="`model`: must be a string that is not empty"):
        _chat(model=None, models=[])


def test_answers_that_are_not_returned_are_written_too() -> None:
    assert _chat(max_tokens=100, best_of=8)["usage"]["outputTokens"] == 800
    assert _chat(max_tokens=100, n=9, best_of=8)["usage"]["outputTokens"] == 900


def test_a_server_that_the_provider_calls_goes_by_its_address_and_not_by_its_label() -> None:
    tool = {
        "type": "mcp",
        "server_label": "helpdesk",
        "server_url": "https://evil.example",
        "allowed_tools": ["get"],
    }
    connector = {"type": "mcp", "server_label": "helpdesk", "connector_id": "connector_mail"}
    nowhere = {"type": "mcp", "server_label": "helpdesk"}
    assert [(tool["server"], tool["name"]) for tool in _chat(tools=[tool, connector, nowhere])["tools"]] == [
        ("https://evil.example", "get"),
        ("connector_mail", "unknown"),
        ("unknown", "unknown"),
    ]


def test_an_image_counts_the_same_whatever_its_size() -> None:
    for url in ("https://a.example/x.png", "data:image/png;base64," + "A" * 10_000):
        part = {"type": "image_url", "image_url": {"url": url}}
        intent = _chat(messages=[{"role": "user", "content": [part]}])
        assert intent["usage"]["inputTokens"] == IMAGE_TOKENS + 4


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1, max_size=4)
)
def test_more_text_never_takes_fewer_tokens(texts: list[str]) -> None:
    messages = [{"role": "user", "content": text} for text in texts]
    whole = _chat(messages=messages)["usage"]["inputTokens"]
    assert whole >= -(-sum(len(text.encode()) for text in texts) // 4)
    assert _chat(messages=[*messages, *_HELLO])["usage"]["inputTokens"] > whole


def test_output_is_the_limit_times_the_answers() -> None:
    assert "outputTokens" not in _chat()["usage"]
    assert _chat(max_tokens=100)["usage"]["outputTokens"] == 100
    assert _chat(max_completion_tokens=100, n=3)["usage"]["outputTokens"] == 300
    assert _chat(max_tokens=100, n=0)["usage"]["outputTokens"] == 100
    assert _chat(max_tokens=MAX_INT64, n=2)["usage"]["outputTokens"] == MAX_INT64


def test_of_two_limits_the_greater_is_what_a_provider_may_use() -> None:
    intent = _chat(max_tokens=100, max_completion_tokens=5)
    assert intent["usage"]["outputTokens"] == 100
    assert intent["provenance"]["usage.outputTokens"] == "max_tokens"


def test_the_cost_is_that_of_the_dearest_model_that_may_answer() -> None:
    assert _chat(max_tokens=100)["usage"]["cost"] == 15 + 1000
    assert _chat(max_tokens=100, models=["gpt-4o-mini"])["usage"]["cost"] == 15 + 1000
    assert _chat(model="gpt-4o-mini", models=["gpt-4o"], max_tokens=100)["usage"]["cost"] == 15 + 1000


def test_without_a_limit_or_a_price_there_is_no_cost() -> None:
    assert "cost" not in _chat()["usage"]
    assert "cost" not in _chat(model="nobody-knows", max_tokens=1)["usage"]
    assert "cost" not in _chat(models=["nobody-knows"], max_tokens=1)["usage"]


def test_a_tool_goes_by_its_function_or_its_type() -> None:
    tools = [{"type": "custom", "custom": {"name": "sql"}}, {"type": "web_search"}]
    intent = _chat(tools=tools, functions=[{"name": "old"}])
    assert [(tool["server"], tool["name"]) for tool in intent["tools"]] == [
        ("unknown", "sql"),
        ("unknown", "web_search"),
        ("unknown", "old"),
    ]


def test_a_search_that_the_provider_runs_is_a_tool() -> None:
    (tool,) = _chat(web_search_options={})["tools"]
    assert (tool["server"], tool["name"], tool["source"]) == ("unknown", "web_search", "web_search_options")


@pytest.mark.parametrize(
    ("part", "is_known"),
    [
        ({"type": "video_url", "video_url": {"url": "https://a.example/x.mp4"}}, False),
        ({"type": "audio_url", "audio_url": {"url": "https://a.example/x.mp3"}}, False),
        ({"type": "file", "file": {"file_id": "file-1"}}, False),
        ({"type": "file", "file": {"file_data": "data:application/pdf;base64,AAAA"}}, True),
        ({"type": "video_url", "video_url": {"url": "data:video/mp4;base64,AAAA"}}, True),
        ({"type": "video_url", "video_url": "?"}, True),
        ({"type": "text", "text": "hello"}, True),
        ({"type": ["file"], "file": {"file_id": "file-1"}}, True),
        ("hello", True),
    ],
)
def test_what_a_message_only_refers_to_is_of_unknown_cost(part: object, *, is_known: bool) -> None:
    intent = _chat(messages=[*_HELLO, {"role": "user", "content": ["a", part]}], max_tokens=1)
    assert ("cost" in intent["usage"]) is is_known
    assert [each["path"] for each in intent["unresolved"]] == ([] if is_known else ["messages[1].content[1]"])


def test_embeddings_have_no_output() -> None:
    intent = _embeddings("hello")
    assert (intent["action"], intent["kind"]) == ("model.embed", "Embeddings")
    assert intent["usage"] == {"inputTokens": 2, "outputTokens": 0, "cost": 1}
    assert _embeddings("hello", "nobody-knows")["usage"] == {"inputTokens": 2, "outputTokens": 0}


@pytest.mark.parametrize(
    ("given_input", "tokens"),
    [("", 0), (["hello", "you"], 2), ([1, 2, 3], 3), ([[1, 2], [3]], 3), (["abcd", [1], 2], 3)],
)
def test_embeddings_count_texts_and_token_ids(given_input: object, tokens: int) -> None:
    assert _embeddings(given_input)["usage"]["inputTokens"] == tokens


@pytest.mark.parametrize("given_input", [None, [], {}, 1, [None], [True], [[True]], [["a"]], [1.5]])
def test_embeddings_of_nothing_known_are_refused(given_input: object) -> None:
    with pytest.raises(RequestError, match="`input"):
        _embeddings(given_input)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"model": 1}, "model"),
        ({"model": ""}, "model"),
        ({"model": None}, "model"),
        ({"models": "x"}, "models"),
        ({"models": [1]}, "models[0]"),
        ({"fallbacks": [{"model": None}]}, "fallbacks[0].model"),
        ({"messages": None}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": ["hello"]}, "messages[0]"),
        ({"tools": {}}, "tools"),
        ({"tools": [{}]}, "tools[0].type"),
        ({"tools": [{"type": "function"}]}, "tools[0].function.name"),
        ({"functions": [{}]}, "functions[0].name"),
        ({"max_tokens": "many"}, "max_tokens"),
        ({"max_tokens": -1}, "max_tokens"),
        ({"max_tokens": 1.5}, "max_tokens"),
        ({"max_tokens": True}, "max_tokens"),
        ({"n": [1]}, "n"),
        ({"user": "\0"}, "user"),
    ],
)
def test_a_malformed_body_is_refused_with_its_path(body: dict[str, Any], path: str) -> None:
    with pytest.raises(RequestError) as caught:
        _chat(**body)
    assert caught.value.path == f"$.{path}"


@pytest.mark.parametrize("body", [None, [], "x"])
def test_a_body_is_an_object(body: Any) -> None:  # raw JSON
    with pytest.raises(RequestError, match="must be an object"):
        from_chat(body, {}, CONTEXT)


def test_a_caller_that_says_nothing_is_unknown() -> None:
    intent = _chat()
    assert intent["principal"] == {"id": "unknown", "type": "unknown", "groups": [], "claims": {}}
    assert "agent" not in intent
    assert intent["provenance"] == {"usage.inputTokens": "messages"}


def test_what_a_caller_leaves_out_is_unknown_or_absent() -> None:
    intent = _chat({"principal": {"id": "a"}, "agent": {"name": "b"}, "attribution": {"team": ""}})
    assert intent["principal"]["type"] == "unknown"
    assert intent["agent"].keys() == {"name", "digest"}
    assert intent["attribution"] == {}


def test_an_agents_digest_covers_what_it_is() -> None:
    one = _chat({"agent": {"name": "a", "contextWindow": 1000}})["agent"]
    same = _chat({"agent": {"contextWindow": 1000, "name": "a"}})["agent"]
    other = _chat({"agent": {"name": "a", "contextWindow": 1001}})["agent"]
    assert one == same
    assert one["digest"] != other["digest"]


@pytest.mark.parametrize(
    ("caller", "message"),
    [
        ({"principle": {}}, "`caller.principle`: no such key: did you mean `principal`?"),
        ({"principal": {"group": []}}, "`caller.principal.group`: no such key: did you mean `groups`?"),
        ({"agent": {"name": "a", "digest": "x"}}, "`caller.agent.digest`: no such key"),
        ({"agent": {"version": "1"}}, "`caller.agent.name`: must be a string that is not empty"),
        ({"agent": {"name": "a", "contextWindow": -1}}, "`caller.agent.contextWindow`: must be a whole number"),
        (
            {"attribution": {"costcenter": "x"}},
            "`caller.attribution.costcenter`: no such key: did you mean `costCenter`",
        ),
        ({"attribution": {"team": 1}}, "`caller.attribution.team`: must be a string"),
        ({"data": {"classifications": "pii"}}, "`caller.data.classifications`: must be a list"),
        ({"data": {"zone": "x"}}, "`caller.data.zone`: no such key"),
        ({"server": 1}, "`caller.server`: must be a string"),
        ({"server": "\0"}, "`caller.server`: holds a string with NUL"),
        ([], "`caller`: must be an object"),
    ],
)
def test_a_malformed_caller_is_refused(caller: Any, message: str) -> None:  # raw JSON
    with pytest.raises(RequestError) as caught:
        from_chat({"model": "gpt-4o", "messages": _HELLO}, caller, CONTEXT)
    assert str(caught.value).startswith(message)


def test_a_plugin_is_a_tool_that_the_router_runs() -> None:
    (tool,) = _chat(plugins=[{"id": "web", "max_results": 3}])["tools"]
    assert (tool["name"], tool["source"]) == ("web", "plugins[0]")
    with pytest.raises(RequestError, match=r"`plugins\[0\].id`: must be a string that is not empty"):
        _chat(plugins=[{"name": "web"}])
