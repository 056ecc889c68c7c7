"""What does a call cost?"""

from datetime import date
from functools import cache
from pathlib import Path
from re import sub
from typing import NamedTuple

from .spec import ModelSpec, Price

FREE = Price(input=0, output=0)


class PriceTable(NamedTuple):
    """Prices of well-known names, as they were on a day."""

    date: date
    prices: dict[str, dict[str, Price]]
    """By provider and model."""


def price_of(spec: ModelSpec) -> Price | None:
    """What the spec says; else nothing for local providers; else the table; None where the price is unknown.

    The table holds for the provider's own address only.
    """
    if spec.price is not None:
        return spec.price
    if spec.preset.local:
        return FREE
    if spec.base_url != spec.preset.base_url:
        return None
    known = price_table().prices.get(spec.provider, {})
    return known.get(spec.model) or known.get(sub(r"-\d{4}-\d{2}-\d{2}$", "", spec.model))


@cache
def price_table() -> PriceTable:
    """The shipped table, `prices.yaml`."""
    import yaml

    content = yaml.safe_load((Path(__file__).parent / "prices.yaml").read_text(encoding="utf-8"))
    prices = {
        provider: {model: Price.model_validate(price) for model, price in models.items()}
        for provider, models in content["prices"].items()
    }
    return PriceTable(content["date"], prices)
