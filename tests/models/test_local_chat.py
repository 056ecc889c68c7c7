"""The `transformers` provider, on real models of a few thousand parameters; they have learned nothing: noise speaks."""

import asyncio
import json
from asyncio import gather
from pathlib import Path
from shutil import copytree
from typing import Any

import numpy as np
import pytest

from tertulia.console import main
from tertulia.models.errors import Mistake, ReplyRefused
from tertulia.models.local.adapter import Weights
from tertulia.models.local.decoding import Decoder, Row, load_decoder
from tertulia.models.local.sampling import SamplingParameters, cut_at, draw
from tertulia.models.local.templating import OPENING, Template, check_template
from tertulia.models.provider import endpoint_of
from tertulia.models.request import Kind, Part, Reply, Request, Role
from tertulia.models.spec import ModelSpec

TEXT = (
    "i you we they he she it a the my your his her is am are was have has had do like love hate want see hear know "
    "two three many some no yes cats dogs birds tea coffee work train house garden river music book day night and but "
    "so then when where why how hello well really maybe never often very good old new small red quiet warm nurse cook"
)
WORDS = TEXT.split()
SPECIAL = ("<|pad|>", "<|unk|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>")
END = SPECIAL.index("<|end|>")
TEMPLATE = (
    "{% for m in messages %}<|{{ m['role'] }}|> {{ m['content'] }} <|end|> {% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
STRICT = (
    "{% for m in messages %}{% if m['role'] != ['user', 'assistant'][loop.index0 % 2] %}"
    "{{ raise_exception('roles must alternate user/assistant') }}{% endif %}{{ m['content'] }} | {% endfor %}"
)
SILENT = "{% for m in messages %}{% if m['role'] != 'system' %}{{ m['content'] }} | {% endif %}{% endfor %}"
MIXED = {"temperature": 0.9, "top_p": 0.95, "top_k": 40, "frequency_penalty": 0.4, "presence_penalty": 0.2}


def tiny_chat(folder: Path, *, template: str | None = TEMPLATE, kind: str = "Llama", **config: Any) -> Path:
    """A decoder and a tokenizer that splits at spaces, one token a word; without an end of its own accord."""
    import torch
    import transformers
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = {word: number for number, word in enumerate([*SPECIAL, *WORDS])}
    bare = Tokenizer(models.WordLevel(words, unk_token="<|unk|>"))
    bare.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=bare, pad_token="<|pad|>", unk_token="<|unk|>", additional_special_tokens=list(SPECIAL[2:])
    )
    tokenizer.chat_template = template
    shape = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2}
    shape |= {"intermediate_size": 48, "max_position_embeddings": 4096, "vocab_size": len(words)}
    tokens = {"eos_token_id": None, "bos_token_id": None, "pad_token_id": 0}
    made = getattr(transformers, f"{kind}Config")(**{"initializer_range": 0.5, **shape, **tokens, **config})
    torch.manual_seed(11)
    folder.mkdir(parents=True)
    tokenizer.save_pretrained(folder)
    getattr(transformers, f"{kind}ForCausalLM")(made).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_chat(tmp_path_factory.mktemp("chat") / "tiny")


def endpoint(folder: Path, options: str = "") -> Any:
    return endpoint_of(ModelSpec.parse(f"transformers:{folder}?device=cpu{options}"))


def asking(number: int, **sampling: Any) -> Request:
    """A request of a length of its own."""
    persona = " ".join(WORDS[number % 9 :: 3][: 1 + 5 * (number % 6)])
    parts = (Part(Role.SYSTEM, Kind.PERSONA, persona), Part(Role.USER, Kind.TURN, "hello you"))
    settings = {"max_tokens": 12 + 3 * (number % 4), **MIXED, **sampling}
    return Request("", "", parts, sampling=settings, seed=number)


async def begun(model: Any, count: int) -> list[Row]:
    """The replies under way, once there are so many."""
    for _ in range(10**6):
        if len(model._rows) == count:
            break
        await asyncio.sleep(0)
    return list(model._rows)


REQUESTS = [asking(number) for number in range(8)]


async def test_a_reply_does_not_depend_on_its_neighbours(folder: Path) -> None:
    model = endpoint(folder)
    alone = [await model.complete(request) for request in REQUESTS]
    assert await gather(*map(model.complete, REQUESTS)) == alone
    assert list(reversed(await gather(*map(model.complete, reversed(REQUESTS))))) == alone
    crowd = await gather(*(model.complete(asking(number)) for number in range(40)))
    assert crowd[:8] == alone
    assert len({reply.text for reply in crowd}) == len(crowd)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
def test_no_bit_of_a_step_depends_on_seat_or_neighbours(folder: Path, dtype: str) -> None:
    decoder, _ = load_decoder("tiny", Weights(folder), "cpu", dtype, 8, "")
    assert decoder.batched

    def scores(*seated: tuple[int, int]) -> dict[int, Any]:
        """Of prompts, by number, in their seats."""
        rows: list[Row | None] = [None] * 8
        for number, seat in seated:
            prompt = [number + 6 for _ in range(3 + 17 * number)]
            rows[seat] = Row([], SamplingParameters(), 0, prompt=prompt, drawn=[9], past=decoder.read(prompt)[1])
        given = decoder.step(rows)
        return {number: given[seat] for number, seat in seated}

    together = scores((0, 0), (1, 1), (2, 2), (3, 7), (4, 5))
    for number in range(5):
        assert np.array_equal(scores((number, 3))[number], together[number])
    turned = scores((4, 0), (2, 1), (3, 2), (1, 6))
    assert all(np.array_equal(turned[number], together[number]) for number in turned)


@pytest.mark.parametrize(
    ("kind", "config", "batched"),
    [
        ("Llama", {}, True),
        ("Mistral", {"sliding_window": 8, "head_dim": 8}, True),
        ("Gemma2", {"sliding_window": 8, "head_dim": 8}, True),
        ("Bloom", {"n_layer": 2, "n_head": 4}, False),
    ],
)
async def test_greedy_replies_are_those_of_the_library(
    tmp_path: Path, kind: str, config: dict[str, Any], batched: bool
) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = endpoint(tiny_chat(tmp_path / kind, kind=kind, **config))
    ours = await gather(*(model.complete(asking(number, temperature=0, frequency_penalty=0, presence_penalty=0))
                          for number in range(5)))  # fmt: skip
    assert model._generation._decoder.batched is batched
    theirs = AutoModelForCausalLM.from_pretrained(tmp_path / kind)
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / kind)
    for number, reply in enumerate(ours):
        request = asking(number)
        prompt = tokenizer.apply_chat_template(request.messages, add_generation_prompt=True, return_tensors="pt")
        limit = request.sampling["max_tokens"]
        made = theirs.generate(**prompt, max_new_tokens=limit, do_sample=False, pad_token_id=0)[0]
        length = prompt["input_ids"].shape[1]
        assert torch.equal(made[:length], prompt["input_ids"][0])
        assert reply.text == tokenizer.decode(made[length:], skip_special_tokens=True).strip()
        assert (reply.prompt_tokens, reply.completion_tokens, reply.finish) == (length, limit, "length")


async def test_a_model_without_memory_of_its_own_past_is_refused(tmp_path: Path) -> None:
    mamba = tiny_chat(tmp_path / "mamba", kind="Mamba", state_size=4)
    with pytest.raises(Mistake, match=r"can't write step by step here .*write 'vllm:"):
        await endpoint(mamba).complete(asking(0))


async def test_who_comes_later_joins_and_who_is_done_leaves(folder: Path) -> None:
    model, order = endpoint(folder, "&max_batch=2"), []

    async def noted(name: str, limit: int) -> None:
        await model.complete(asking(0, max_tokens=limit))
        order.append(name)

    long = asyncio.create_task(noted("long", 600))
    await begun(model, 1)
    await gather(*(noted("short", 4) for _ in range(5)))
    assert order == ["short"] * 5
    await long


async def test_sampling_follows_seed_and_temperature(folder: Path) -> None:
    model = endpoint(folder)

    async def said(seed: int, **sampling: Any) -> str:
        request = Request("", "", REQUESTS[3].parts, sampling={"max_tokens": 12, **sampling}, seed=seed)
        return str((await model.complete(request)).text)

    assert await said(1) == await said(1) == await said(1, temperature=1.0)
    assert len({await said(seed) for seed in range(5)}) == 5
    assert len({await said(seed, temperature=0.0) for seed in range(5)}) == 1
    assert await said(7, temperature=0.0) == await said(8, top_k=1) == await said(9, top_p=1e-6)


async def test_the_models_own_settings_hold_where_none_are_given(folder: Path, tmp_path: Path) -> None:
    own = copytree(folder, tmp_path / "own")
    (own / "generation_config.json").write_text(json.dumps({"temperature": 0.9, "top_k": 1, "eos_token_id": [END]}))
    request, greedy = (
        Request("", "", REQUESTS[2].parts, sampling={"max_tokens": 9, **given}, seed=3) for given in ({}, {"top_k": 1})
    )
    assert (await endpoint(own).complete(request)).text == (await endpoint(folder).complete(greedy)).text


async def test_a_reply_ends_at_a_stop_string_at_the_end_token_or_at_its_length(folder: Path, tmp_path: Path) -> None:
    model = endpoint(folder)
    whole = await model.complete(asking(5, max_tokens=12))
    words = whole.text.split()
    assert (whole.finish, whole.completion_tokens) == ("length", 12)
    stopped = await model.complete(asking(5, max_tokens=12, stop=["nobody", f" {words[4]}"]))
    assert stopped == Reply(whole.text.partition(f" {words[4]}")[0], None, "stop", whole.prompt_tokens, 5)
    own = copytree(folder, tmp_path / "own")
    ending = [*SPECIAL, *WORDS].index(words[6])
    (own / "generation_config.json").write_text(json.dumps({"eos_token_id": [END, ending]}))
    ended = await endpoint(own).complete(asking(5, max_tokens=12))
    before = words.index(words[6])
    assert (ended.text.split(), ended.finish, ended.completion_tokens) == (words[:before], "stop", before + 1)


async def test_a_prompt_too_long_is_refused_with_its_numbers_and_harms_nobody(folder: Path, tmp_path: Path) -> None:
    short = tiny_chat(tmp_path / "short", max_position_embeddings=16)
    model = endpoint(short)
    refused, fits = await gather(
        model.complete(asking(3)), model.complete(asking(0, max_tokens=None)), return_exceptions=True
    )
    assert isinstance(refused, ReplyRefused)
    assert "the prompt has 23 tokens, and the model reads 16" in str(refused)
    assert fits.prompt_tokens + fits.completion_tokens == 16
    assert fits.finish == "length"


async def test_who_is_cancelled_gives_up_the_seat(folder: Path) -> None:
    model = endpoint(folder, "&max_batch=1")
    endless = asyncio.create_task(model.complete(asking(0, max_tokens=4000)))
    waiting = asyncio.create_task(model.complete(asking(1, max_tokens=4000)))
    rows = await begun(model, 2)
    endless.cancel()
    waiting.cancel()
    assert await model.complete(asking(2)) == await endpoint(folder, "&max_batch=1").complete(asking(2))
    assert endless.cancelled()
    assert waiting.cancelled()
    assert not model._rows
    assert all(len(row.drawn) < 4000 for row in rows)


async def test_close_ends_what_is_under_way_and_leaves_the_weights_to_others(folder: Path) -> None:
    model, other = endpoint(folder), endpoint(folder)
    expected = await other.complete(asking(1))
    endless = asyncio.create_task(model.complete(asking(0, max_tokens=4000)))
    await begun(model, 1)
    shared = model._generation
    await model.close()
    with pytest.raises(asyncio.CancelledError):
        await endless
    with pytest.raises(RuntimeError, match="is closed"):
        await model.complete(asking(0))
    assert await other.complete(asking(1)) == expected
    assert other._generation is shared


def test_what_is_missing_is_said_when_a_model_is_connected(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(Mistake, match=r"neither a folder that is there nor a hub name.*'rehearsal' speaks by rule"):
        endpoint(tmp_path / "none")
    plain = copytree(folder, tmp_path / "plain")
    (plain / "chat_template.jinja").unlink()
    with pytest.raises(Mistake, match=r"has no chat template.* -Instruct .*chat_template\.jinja"):
        endpoint(plain)
    (plain / "tokenizer_config.json").write_text(json.dumps({"chat_template": TEMPLATE}))
    check_template("plain", plain)


async def test_what_can_not_write_is_refused(folder: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    headless = copytree(folder, tmp_path / "headless")
    weights = load_file(headless / "model.safetensors")
    save_file({key: held for key, held in weights.items() if key != "lm_head.weight"}, headless / "model.safetensors")
    with pytest.raises(Mistake, match=r"no weights for lm_head\.weight: it is no causal language model"):
        await endpoint(headless).complete(asking(0))
    with pytest.raises(Mistake, match=r"knows no sampling parameter 'min_p'.*top_p"):
        await endpoint(folder).complete(asking(0, min_p=0.1))
    with pytest.raises(Mistake, match="no device 'cuda:77'"):
        await endpoint_of(ModelSpec.parse(f"transformers:{folder}?device=cuda:77")).complete(asking(0))


def test_other_weights_are_another_model_and_another_place_is_not(folder: Path, tmp_path: Path) -> None:
    moved = copytree(folder, tmp_path / "moved")
    assert endpoint(moved).identity == endpoint(folder).identity != endpoint(folder, "&dtype=bfloat16").identity
    weights = bytearray((moved / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (moved / "model.safetensors").write_bytes(weights)
    assert endpoint(moved).identity != endpoint(folder).identity


def templated(folder: Path, template: str) -> Template:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.chat_template = template
    return Template("tiny", tokenizer, {})


@pytest.mark.parametrize("template", [STRICT, SILENT])
def test_a_template_without_system_messages_gets_them_with_the_first_turn(folder: Path, template: str) -> None:
    made = templated(folder, template)
    told = [("system", "i am a cook"), ("user", "hello"), ("assistant", "hello you"), ("user", "why")]
    tokens = made.tokens([{"role": role, "content": content} for role, content in told])
    assert made._tokenizer.decode(tokens) == "i am a cook hello <|unk|> hello you <|unk|> why <|unk|>"


def test_neighbours_of_a_role_and_system_messages_in_the_middle_are_merged(folder: Path) -> None:
    made = templated(folder, TEMPLATE)
    told = [("system", "cook"), ("user", "hello"), ("system", "warm"), ("user", "why"), ("assistant", "tea")]
    text = made._tokenizer.decode(made.tokens([{"role": role, "content": content} for role, content in told]))
    assert text == "<|system|> cook <|end|> <|user|> hello warm why <|end|> <|assistant|> tea <|end|> <|assistant|>"


def test_who_must_not_speak_first_is_spoken_to_and_what_fits_nowhere_is_said(folder: Path) -> None:
    opening = templated(folder, STRICT)
    tokens = opening.tokens([{"role": "assistant", "content": "tea"}])
    assert len(tokens) == len(OPENING.split()) + 3
    with pytest.raises(Mistake, match="chat template of 'tiny' refuses the conversation: never"):
        templated(folder, "{{ raise_exception('never') }}").tokens([{"role": "user", "content": "tea"}])


def drawn(logits: list[float], seeds: int = 4000, **given: Any) -> Any:
    """How often each token wins."""
    scores, sampling = np.array(logits, dtype=np.float32), SamplingParameters(**given)
    wins = [draw(scores, sampling, {}, seed=seed, position=seed % 7) for seed in range(seeds)]
    return np.bincount(wins, minlength=len(logits)) / seeds


def test_draws_follow_the_distribution() -> None:
    shares = np.array([0.5, 0.25, 0.15, 0.1])
    logits = [float(score) for score in np.log(shares) + 3]
    assert drawn(logits, temperature=1.0) == pytest.approx(shares, abs=0.03)
    colder = shares**2 / (shares**2).sum()
    assert drawn(logits, temperature=0.5) == pytest.approx(colder, abs=0.03)
    assert drawn(logits, temperature=1.0, top_k=2) == pytest.approx([2 / 3, 1 / 3, 0, 0], abs=0.03)
    assert drawn(logits, temperature=1.0, top_p=0.76) == pytest.approx([5 / 9, 2.5 / 9, 1.5 / 9, 0], abs=0.03)
    assert drawn(logits, temperature=1.0, top_p=0.7, top_k=3) == pytest.approx([2 / 3, 1 / 3, 0, 0], abs=0.03)
    assert drawn(logits, seeds=20, temperature=1e-30).tolist() == [1, 0, 0, 0]


def test_a_nucleus_may_be_large() -> None:
    flat = drawn([0.0] * 1000, seeds=3000, temperature=1.0, top_p=0.5)
    assert np.count_nonzero(flat[:500]) > 480
    assert not flat[500:].any()


def test_penalties_are_those_of_openai() -> None:
    logits = np.array([1.0, 0.9, 0.0], dtype=np.float32)

    def best(counts: dict[int, int], **given: float) -> int:
        return draw(logits, SamplingParameters(temperature=0, **given), counts, seed=0, position=0)

    assert best({}, presence_penalty=2.0) == 0
    assert best({0: 3}, presence_penalty=0.05) == 0
    assert best({0: 3}, presence_penalty=0.15) == 1
    assert best({0: 3}, frequency_penalty=0.05) == 1
    assert best({0: 1}, frequency_penalty=0.05) == 0
    assert best({1: 1}, presence_penalty=-0.2) == 1
    assert logits[0] == 1.0


def test_scores_that_are_no_numbers_are_a_mistake() -> None:
    with pytest.raises(Mistake, match="float16 may overflow"):
        draw(np.array([1.0, np.nan], dtype=np.float32), SamplingParameters(), {}, seed=0, position=0)


def test_the_first_stop_string_counts() -> None:
    assert cut_at("one two three", ("three", " two")) == "one"
    assert cut_at("one", ("two",)) is None


async def test_memory_that_does_not_suffice_is_a_mistake(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*given: Any) -> Any:
        raise MemoryError

    model = endpoint(copytree(folder, folder.parent / "full"), "&max_batch=4")
    reply = await model.complete(asking(0))
    with monkeypatch.context() as patched:
        patched.setattr(Decoder, "step", full)
        with pytest.raises(Mistake, match=r"memory does not suffice for 4 replies .*full\?max_batch=2'"):
            await model.complete(asking(0))
        with pytest.raises(Mistake, match="memory does not suffice for 5 replies"):
            await endpoint(folder, "&max_batch=5").complete(asking(0))
    assert await model.complete(asking(0)) == reply


SCENE = {
    "rounds.count": "1", "rounds.dialogues": "3", "stage.turns": "{min: 2, max: 3}", "refine.regenerate": "0",
    "critics.panel": "[{use: pleasantries}]", "critics.voting.quorum": "1",
}  # fmt: skip


def test_a_run_is_made_alone_or_eight_at_a_time_and_resumed(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = f"transformers:{folder}?device=cpu&max_tokens=12"
    settings = [word for name, value in SCENE.items() for word in ("--set", f"{name}={value}")]

    def run(place: str, concurrency: int) -> dict[str, Any]:
        words = ["run", "first-meeting", "--model", model, "--output", str(tmp_path / place), *settings]
        assert main.typed([*words, "--concurrency", str(concurrency), "--json"]) == 0
        told: dict[str, Any] = json.loads(capsys.readouterr().out)
        assert main.typed(["export", str(tmp_path / place), "--format", "messages"]) == 0
        capsys.readouterr()
        return told

    assert run("one", 1)["calls"] == run("eight", 8)["calls"] > 6
    one, eight = (tmp_path / place / "messages.jsonl" for place in ("one", "eight"))
    assert one.read_bytes() == eight.read_bytes() != b""
    assert run("eight", 8)["calls"] == 0
