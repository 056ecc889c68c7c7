"""Does each row get its own personality, from networks that alone are trained, and is an exported LoRA the same?"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from tertulia.models.errors import Mistake
from tertulia.models.local.loading import quietly
from tertulia.personas import BigFive
from tertulia.training.base.base import digest
from tertulia.training.base.scratch import LlamaSize, build
from tertulia.training.hypernetwork.condition import batch_of, vector
from tertulia.training.hypernetwork.exporting import adapter, export
from tertulia.training.hypernetwork.injecting import Personalised, find_sites
from tertulia.training.hypernetwork.loading import load_hypernet, write_hypernet
from tertulia.training.hypernetwork.network import Hypernetwork, Shape
from tertulia.training.taught import Taught

MICRO = LlamaSize(hidden=32, layers=2, heads=2, intermediate=48, vocabulary=300, reads=64)
SHAPE = Shape(rank=3, alpha=6.0, width=8)
TEXTS = ["I keep bees, and they keep me.", "That's about all there is to tell."]
PEOPLE = [BigFive(), BigFive(openness=5, neuroticism=-5), BigFive(openness=-3, extraversion=1)]
BETWEEN = [(0.5, -2.5, 4.75, 0.0, -0.01), (5.0, 5.0, 5.0, 5.0, 5.0)]


def taught(hypernetwork: Hypernetwork) -> Hypernetwork:
    """As if it had been trained: no matrix is zero."""
    torch.manual_seed(1)
    with torch.no_grad():
        for weight in hypernetwork.b.parameters():
            weight += 0.3 * torch.randn_like(weight)
    return hypernetwork


@pytest.fixture(scope="module")
def base() -> tuple[Any, Any]:
    return build(MICRO, TEXTS, seed=3)


@pytest.fixture
def model(base: tuple[Any, Any]) -> Iterator[Personalised]:
    made = Personalised(base[0].eval(), taught(Hypernetwork(find_sites(base[0]), SHAPE)))
    yield made
    made.remove()


@pytest.fixture
def ids() -> torch.Tensor:
    return torch.randint(5, 250, (3, 9), generator=torch.Generator().manual_seed(0))


def test_an_untrained_one_is_its_base(base: tuple[Any, Any], ids: torch.Tensor) -> None:
    before = base[0](ids).logits
    fresh = Personalised(base[0], Hypernetwork(find_sites(base[0]), SHAPE))
    assert torch.equal(fresh(ids, traits=batch_of(PEOPLE)).logits, before)
    fresh.remove()


def test_each_row_has_its_own_personality(model: Personalised, ids: torch.Tensor) -> None:
    same = ids[:1].expand(3, -1)
    together = model(same, traits=batch_of(PEOPLE)).logits
    alone = torch.cat([model(same[:1], traits=batch_of([one])).logits for one in PEOPLE])
    assert torch.allclose(together, alone, atol=1e-5)
    assert (together[0] - together[1]).abs().max() > 0.01
    assert (together[0] - model.base(same[:1]).logits).abs().max() > 0.01, "the average is a personality, too"


def test_only_the_networks_learn(model: Personalised, ids: torch.Tensor) -> None:
    before = {name: weight.clone() for name, weight in model.named_parameters()}
    learning = [weight for weight in model.parameters() if weight.requires_grad]
    step = torch.optim.SGD(learning, lr=1.0)
    model(ids, labels=ids, traits=batch_of(PEOPLE)).loss.backward()
    step.step()
    changed = {name for name, weight in model.named_parameters() if not torch.equal(weight, before[name])}
    assert changed == {name for name in before if name.startswith("hypernetwork.")}


def test_the_networks_run_once_a_forward_and_once_a_generation(model: Personalised, ids: torch.Tensor) -> None:
    runs: list[int] = []
    handle = model.hypernetwork.register_forward_hook(lambda *_: runs.append(1))
    model(ids, traits=batch_of(PEOPLE))
    assert len(runs) == 1
    model.generate(ids, traits=batch_of(PEOPLE), max_new_tokens=6, do_sample=False)
    assert len(runs) == 2
    handle.remove()


def test_writing_token_by_token_runs_them_once_and_never_keeps_old_ones(model: Personalised, ids: torch.Tensor) -> None:
    runs: list[int] = []
    handle = model.hypernetwork.register_forward_hook(lambda *_: runs.append(1))
    with torch.inference_mode():
        first = model(ids, traits=batch_of(PEOPLE)).logits
        again = model(ids, traits=batch_of(PEOPLE)).logits
        others = model(ids, traits=batch_of(PEOPLE[::-1])).logits
    assert len(runs) == 2
    assert torch.equal(first, again)
    assert not torch.equal(first, others)
    with torch.no_grad():
        for weight in model.hypernetwork.parameters():
            weight *= 1.1
        assert not torch.equal(model(ids, traits=batch_of(PEOPLE[::-1])).logits, others)
    handle.remove()


@pytest.mark.parametrize("beams", [1, 2])
def test_generating_keeps_each_row_s_personality(model: Personalised, ids: torch.Tensor, beams: int) -> None:
    how: dict[str, Any] = {"max_new_tokens": 8, "do_sample": False, "num_beams": beams, "eos_token_id": None}
    together = model.generate(ids, traits=batch_of(PEOPLE), **how)
    alone = [model.generate(ids[n : n + 1], traits=batch_of([one]), **how) for n, one in enumerate(PEOPLE)]
    assert together.tolist() == [row.tolist()[0] for row in alone]
    assert len({tuple(row[9:]) for row in together.tolist()}) > 1


def test_generating_with_a_cache_is_generating_without(model: Personalised, ids: torch.Tensor) -> None:
    how: dict[str, Any] = {"traits": batch_of(PEOPLE), "max_new_tokens": 8, "do_sample": False, "eos_token_id": None}
    assert torch.equal(model.generate(ids, **how), model.generate(ids, use_cache=False, **how))


def test_a_personality_is_five_numbers_in_range() -> None:
    assert vector(BigFive(openness=2, neuroticism=-5)) == (2.0, 0.0, 0.0, 0.0, -5.0)
    assert vector((0.5, -2.5, 4.75, 0, 0)) == (0.5, -2.5, 4.75, 0.0, 0.0)
    with pytest.raises(Mistake, match=r"a personality is 5 numbers .*, not 2"):
        vector((1.0, 2.0))
    with pytest.raises(Mistake, match=r"extraversion 5\.5 is out of range"):
        vector((0, 0, 5.5, 0, 0))
    with pytest.raises(Mistake, match="openness nan is out of range"):
        vector((float("nan"), 0, 0, 0, 0))


def test_targets_are_linear_layers_of_the_model(base: tuple[Any, Any]) -> None:
    names = [site.name for site in find_sites(base[0], ["v_proj", "down_proj"])]
    assert names == [f"model.layers.{n}.{at}" for n in (0, 1) for at in ("self_attn.v_proj", "mlp.down_proj")]
    assert {site.side for site in find_sites(base[0])} == {"q_proj", "k_proj", "v_proj", "o_proj"}
    with pytest.raises(Mistake, match=r"no linear layer 'v_pro'; did you mean 'v_proj'\?"):
        find_sites(base[0], ["v_pro"])
    with pytest.raises(Mistake, match="give --targets"):
        find_sites(torch.nn.Sequential(torch.nn.Linear(2, 2)))


# ---- kept, and exported


@pytest.fixture
def folder(base: tuple[Any, Any], model: Personalised, tmp_path: Path) -> Path:
    """A trained hypernetwork beside its base, both with nothing but what they need."""
    below, kept = tmp_path / "base", tmp_path / "hypernet"
    kept.mkdir()
    for part in base:
        part.save_pretrained(below)
    write_hypernet(model.hypernetwork, kept)
    record = Taught("hypernet", str(below), digest(str(below)), ("run",), "0", {}, base_model=str(below))
    record.write(kept)
    return kept


def test_it_is_the_same_when_it_is_loaded_again(folder: Path, model: Personalised, ids: torch.Tensor) -> None:
    loaded = load_hypernet(str(folder), folder, device="cpu")
    assert loaded.personality
    assert torch.equal(loaded.model(ids, traits=batch_of(PEOPLE)).logits, model(ids, traits=batch_of(PEOPLE)).logits)
    held = sum(weight.numel() for weight in model.hypernetwork.parameters())
    assert (folder / "hypernet.safetensors").stat().st_size < 4 * held + 5000, "nothing of the base is kept"


@pytest.mark.parametrize("personality", [*PEOPLE, *BETWEEN])
def test_an_exported_lora_gives_the_same_logits(
    folder: Path, tmp_path: Path, model: Personalised, ids: torch.Tensor, personality: Any
) -> None:
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    written = export(folder, personality, tmp_path / "lora")
    with quietly():
        lora = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(folder.parent / "base"), written)
    theirs, ours = lora(ids).logits, model(ids, traits=batch_of([personality] * 3)).logits
    assert (theirs - ours).abs().max() < 1e-5
    assert (ours - model.base(ids).logits).abs().max() > 0.01
    assert AutoTokenizer.from_pretrained(written).chat_template


def test_gpt2_has_its_weights_the_other_way_round(ids: torch.Tensor) -> None:
    from peft import LoraConfig, get_peft_model
    from peft.utils import set_peft_model_state_dict
    from transformers import GPT2Config, GPT2LMHeadModel

    torch.manual_seed(0)
    ends = {"bos_token_id": 0, "eos_token_id": 0}
    gpt = GPT2LMHeadModel(GPT2Config(vocab_size=260, n_positions=32, n_embd=16, n_layer=2, n_head=2, **ends)).eval()
    made = Personalised(gpt, taught(Hypernetwork(find_sites(gpt), SHAPE)))
    ours = made(ids, traits=batch_of([PEOPLE[1]])).logits
    made.remove()
    config = LoraConfig(r=3, lora_alpha=6, target_modules=["c_attn"], fan_in_fan_out=True)
    with quietly():
        lora = get_peft_model(gpt, config).eval()
    set_peft_model_state_dict(lora, adapter(made.hypernetwork, PEOPLE[1]))
    assert (lora(ids).logits - ours).abs().max() < 1e-5


def test_a_checkpoint_of_another_base_is_said_to_be_one(folder: Path, base: tuple[Any, Any]) -> None:
    other = folder.parent / "base"
    build(MICRO, TEXTS, seed=4)[0].save_pretrained(other)
    with pytest.raises(Mistake, match="a checkpoint of another base"):
        load_hypernet("it", folder, device="cpu")
    build(replace(MICRO, hidden=16), TEXTS, seed=4)[0].save_pretrained(other)
    replace(Taught.read(folder), base_digest=digest(str(other))).write(folder)
    with pytest.raises(Mistake, match=r"another base: it adapts 'model\.layers\.0\.self_attn\.q_proj' \(32 to 32\)"):
        export(folder, BigFive(), folder.parent / "lora")


def test_a_folder_that_is_not_whole_is_said_to_be_one(folder: Path) -> None:
    (folder / "hypernet.safetensors").write_bytes(b"half")
    with pytest.raises(Mistake, match="not whole"):
        load_hypernet("it", folder, device="cpu")
