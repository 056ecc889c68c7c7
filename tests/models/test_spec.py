from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from tertulia.models import Mistake, ModelSpec, Price


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("openai:gpt-4o-mini", {"model": "gpt-4o-mini", "base_url": "https://api.openai.com/v1"}),
        ("openai:gpt-4o-mini", {"api_key_env": "OPENAI_API_KEY"}),
        ("ollama:llama3.1:8b", {"model": "llama3.1:8b", "base_url": "http://localhost:11434/v1"}),
        (
            "vllm:Qwen/Qwen2.5-7B-Instruct@http://host:8000/v1/",
            {"model": "Qwen/Qwen2.5-7B-Instruct", "base_url": "http://host:8000/v1"},
        ),
        ("openrouter:a/b@c@https://gate.example/v1", {"model": "a/b@c", "base_url": "https://gate.example/v1"}),
        ("vllm:name@http-like", {"model": "name@http-like", "base_url": "http://localhost:8000/v1"}),
        ("ollama:m?temperature=0.7&max_tokens=80&stop=END", {"temperature": 0.7, "max_tokens": 80, "stop": ("END",)}),
        ("vllm:m@http://h:1/v1?accepts_seed=false&concurrency=8", {"accepts_seed": False, "concurrency": 8}),
        (
            "rehearsal",
            {"model": "rehearsal", "base_url": None, "options": {"flaws": 0.15, "latency": 0.0, "nature": 0.0}},
        ),
        ("rehearsal?flaws=0", {"options": {"flaws": 0.0, "latency": 0.0, "nature": 0.0}}),
        ("transformers:Qwen/Qwen2.5-0.5B-Instruct", {"model": "Qwen/Qwen2.5-0.5B-Instruct"}),
        ("scripted?function=a.b:c", {"options": {"function": "a.b:c"}}),
    ],
)
def test_a_short_string_says_it_all(text: str, fields: dict[str, Any]) -> None:
    spec = ModelSpec.parse(text)
    assert {name: getattr(spec, name) for name in fields} == fields


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("olama:llama3.1", "no provider 'olama'; did you mean 'ollama'?"),
        ("gpt-4o-mini", "write 'provider:model', such as 'openai:gpt-4o-mini'"),
        ("ollama", "which model of 'ollama'? write 'ollama:<model>'"),
        ("ollama:m?temprature=1", "'ollama' has no option 'temprature'; did you mean 'temperature'?"),
        ("ollama:m?temperature=hot", "temperature: input should be a valid number"),
        ("ollama:m?flaws=0", "'ollama' has no option 'flaws'"),
        ("rehearsal?flaws=2", "options.flaws: input should be less than or equal to 1"),
        ("scripted", "options.function: field required"),
        ("ollama:m?temperature=-1&max_tokens=0", "max_tokens: input should be greater than or equal to 1"),
        ("ollama:m@http://:80", "base_url: not an address"),
        ({"provider": "rehearsal", "options": {"flws": 0}}, "did you mean 'flaws'?"),
        ({"provider": "openai", "model": "m", "modle": "n"}, "modle: extra inputs are not permitted"),
        ({}, "no provider is named; known: deepseek, groq"),
    ],
)
def test_a_mistake_says_where_and_what(value: Any, said: str) -> None:
    with pytest.raises(Mistake) as raised:
        ModelSpec.parse(value)
    assert said in str(raised.value)


def test_all_mistakes_of_a_spec_are_told_at_once() -> None:
    with pytest.raises(Mistake, match=r"temperature: .*; top_p: .*; max_tokens: "):
        ModelSpec.parse("ollama:m?temperature=-1&max_tokens=0&top_p=7")


def test_a_field_of_another_model_takes_the_short_string_and_reports_to_its_owner() -> None:
    class Owner(BaseModel):
        model: ModelSpec

    assert Owner.model_validate({"model": "rehearsal?flaws=0.5"}).model.options == {
        "flaws": 0.5,
        "latency": 0.0,
        "nature": 0.0,
    }
    with pytest.raises(ValidationError, match="did you mean 'ollama'"):
        Owner.model_validate({"model": "olama:x"})
    schema = Owner.model_json_schema()["$defs"]["ModelSpec"]
    assert [kind["type"] for kind in schema["anyOf"]] == ["string", "object"]


@pytest.mark.parametrize(
    "value",
    [
        {"provider": "openai", "model": "m", "api_key": "sk-s3cret"},
        "openai:m?api_key=sk-s3cret",
        "openai:m@https://user:sk-s3cret@host/v1",
        {"provider": "openai", "model": "m", "base_url": "https://user:sk-s3cret@host/v1"},
        {"provider": "openai", "model": "m", "base_url": "https://host/v1?key=sk-s3cret"},
    ],
)
def test_a_key_is_refused_and_not_repeated(value: Any) -> None:
    with pytest.raises(Mistake) as raised:
        ModelSpec.parse(value)
    assert "s3cret" not in str(raised.value)


def test_a_key_is_named_by_its_variable() -> None:
    assert ModelSpec.parse({"provider": "openai", "model": "m", "api_key": "${MY_KEY}"}).api_key_env == "MY_KEY"


def test_one_server_has_one_identity_under_every_name() -> None:
    served = [ModelSpec.parse(f"{name}:m@http://h:8000/v1").identity for name in ("openai", "vllm", "ollama")]
    assert set(served) == {"chat-completions http://h:8000/v1"}
    assert ModelSpec.parse("rehearsal").identity == ModelSpec.parse("rehearsal?flaws=0.15").identity
    assert ModelSpec.parse("rehearsal").identity != ModelSpec.parse("rehearsal?flaws=0").identity
    assert ModelSpec.parse("rehearsal").identity == ModelSpec.parse("rehearsal?latency=1").identity


def test_fields_may_be_laid_over_a_short_string() -> None:
    laid = ModelSpec.parse({"model": "ollama:llama3.1:8b?top_p=0.5&temperature=0", "temperature": 1})
    assert laid == ModelSpec.parse("ollama:llama3.1:8b?top_p=0.5&temperature=1")


def test_sampling_holds_what_is_set_and_nothing_else() -> None:
    spec = ModelSpec.parse("ollama:m?temperature=0&top_k=40&stop=END&timeout=5")
    assert spec.sampling == {"temperature": 0.0, "top_k": 40, "max_tokens": 256, "stop": ("END",)}


def test_a_spec_survives_being_written_and_read() -> None:
    spec = ModelSpec.parse({"provider": "ollama", "model": "m", "stop": ["a"], "price": {"input": 1, "output": 2}})
    assert ModelSpec.parse(spec.model_dump(mode="json")) == spec
    assert spec.price == Price(input=1, output=2)


@pytest.mark.parametrize("text", ["rehearsal", "ollama:llama3.1:8b", "vllm:m@http://h:1/v1"])
def test_a_spec_is_shown_as_it_would_be_written(text: str) -> None:
    assert str(ModelSpec.parse(text)) == text
