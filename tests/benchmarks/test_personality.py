"""The experiment about personalities: are its baseline and its numbers what they are said to be?"""

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from tertulia.models.local.loading import quietly
from tertulia.personas import BigFive, Trait
from tertulia.personas.traits import Pole
from tertulia.training.base.scratch import LlamaSize, build_model, build_tokenizer
from tertulia.training.hypernetwork.condition import batch_of
from tertulia.training.hypernetwork.injecting import Personalised, find_sites
from tertulia.training.hypernetwork.network import Shape

BENCHMARKS = Path(__file__).parent.parent.parent / "benchmarks"
MICRO = LlamaSize(hidden=16, layers=1, heads=2, intermediate=24, vocabulary=300, reads=32)


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(BENCHMARKS)


def model() -> Any:
    return build_model(MICRO, build_tokenizer(["I keep bees."], 300), seed=1).eval()


def test_poles_are_ordinary_adapters_scaled_and_added(tmp_path: Path) -> None:
    from peft import LoraConfig, PeftModel
    from poles import Poles

    base = model()
    sites = find_sites(base, ["q_proj", "v_proj"])
    chance, folders = torch.Generator().manual_seed(2), {}
    for trait in Trait:
        for pole in Pole:
            folder = folders[trait, pole] = tmp_path / f"{trait}-{pole}"
            LoraConfig(r=2, lora_alpha=4, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM").save_pretrained(
                str(folder)
            )
            sizes = {"A": (2, 16), "B": (16, 2)}
            save_file(
                {
                    f"base_model.model.{site.name}.lora_{letter}.weight": torch.randn(size, generator=chance)
                    for site in sites
                    for letter, size in sizes.items()
                },
                folder / "adapter_model.safetensors",
            )
    ids = torch.arange(5, 13)[None]
    added = Personalised(base, Poles(folders, sites, Shape(rank=2, alpha=4.0), mean=4.5))  # type: ignore[arg-type]
    vectors = [(0, 0, -4.5, 0, 0), (0, 0, 0, 0, 0), (2.25, 0, 0, 0, 4.5)]
    low, none, both = added(ids.expand(3, -1), traits=batch_of(vectors)).logits
    with quietly():
        one = PeftModel.from_pretrained(model(), folders[Trait.EXTRAVERSION, Pole.LOW])
        two = PeftModel.from_pretrained(model(), folders[Trait.OPENNESS, Pole.HIGH], adapter_name="first")
        two.load_adapter(folders[Trait.NEUROTICISM, Pole.HIGH], "second")
        two.add_weighted_adapter(["first", "second"], [0.5, 1.0], "sum", combination_type="cat")
        two.set_adapter("sum")
    assert torch.allclose(low, one(ids).logits[0], atol=1e-5)
    assert torch.allclose(none, model()(ids).logits[0], atol=1e-5)
    assert torch.allclose(both, two(ids).logits[0], atol=1e-5)
    assert not torch.allclose(both, none, atol=1e-2)


def test_errors_are_told_by_kind_of_level() -> None:
    from personality import Item, errors

    items = [
        Item(BigFive(openness=5), True, ()),
        Item(BigFive(), True, ()),
        Item(BigFive(openness=-3), False, ()),
        Item(BigFive(openness=1), False, ()),
    ]
    read = [(4.0, 0.0, 0.0, 0.0, 0.0), (1.0, -1.0, 0.0, 0.0, 0.0), (-3.0, 0.0, 0.0, 0.0, 0.0), ()]
    found = errors(items, read)
    assert found["seen"]["error"] == pytest.approx((1 / 5 + 2 / 5) / 2)
    assert found["seen"]["read_at"] == {0: 0.0, 5: 4.0}
    assert found["unseen"]["error"] == 0.0, "who said nothing is left out"
