from datetime import date

import pytest

from tertulia.models import Budget, Mistake, ModelSpec, Price, check_prices, price_of
from tertulia.models.pricing import price_table


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("openai:gpt-4o-mini", Price(input=0.15, output=0.60)),
        ("openai:gpt-4o-mini-2024-07-18", Price(input=0.15, output=0.60)),
        ("openai:gpt-9-unheard-of", None),
        ("openai:gpt-4o-mini@http://gate.example/v1", None),
        ("openrouter:openai/gpt-4o-mini", None),
        ("ollama:llama3.1", Price(input=0, output=0)),
        ("rehearsal", Price(input=0, output=0)),
    ],
)
def test_a_price_is_known_or_it_is_not(text: str, price: Price | None) -> None:
    assert price_of(ModelSpec.parse(text)) == price


def test_the_specs_own_price_wins() -> None:
    own = {"input": 3, "output": 4}
    for provider in ("openai", "ollama"):
        spec = ModelSpec.parse({"provider": provider, "model": "gpt-4o-mini", "price": own})
        assert price_of(spec) == Price(input=3, output=4)


def test_money_is_per_million_tokens() -> None:
    assert Price(input=0.15, output=0.60).usd(2_000_000, 500_000) == pytest.approx(0.60)


def test_the_table_is_dated() -> None:
    assert price_table().date >= date(2026, 1, 1)


def test_a_money_limit_with_an_unknown_price_is_a_mistake_before_the_first_call() -> None:
    specs = [ModelSpec.parse(text) for text in ("openrouter:a/b", "groq:c", "rehearsal")]
    with pytest.raises(Mistake, match=r"'groq:c', 'openrouter:a/b' is unknown; write price: \{input"):
        check_prices(specs, Budget(usd=5))
    check_prices(specs, Budget(tokens=5))
    check_prices([ModelSpec.parse("openai:gpt-4o-mini")], Budget(usd=5))
