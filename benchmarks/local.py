"""What does it bring to gather the work of many dialogues into batches, for models in this process?

Inference: each sentence of a persona against each utterance of a dialogue, by one batch after the other across all
dialogues, by one call a dialogue, and by one call a pair. Chat: replies of a random model of a few million parameters,
a batch at a time and one at a time. Prints one JSON line; the small NLI model at `../shared/models` is taken where it
is there, else a random one of its size.
"""

import asyncio
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from gauge import load, measured, told

SHARED = Path(__file__).parent.parent.parent / "shared" / "models" / "nli-minilm"
SENTENCES, UTTERANCES = 5, 8
"""Of a persona, and of its speaker in a dialogue."""
TEMPLATE = "{% for m in messages %}<|user|> {{ m['content'] }} {% endfor %}<|assistant|>"

Pair = tuple[str, str]


def dialogues(count: int) -> list[list[Pair]]:
    """The pairs of each dialogue: sentences of the library's people, and for utterances one or two of such."""
    from tertulia.models.stream import stream
    from tertulia.personas import people, shelves

    shipped = [text for shelf in shelves() for one in people(f"library/{shelf}", Path()) for text in one.sentences]
    rng = stream(0, "benchmark")
    made = []
    for _ in range(count):
        persona = rng.sample(shipped, SENTENCES)
        said = [" ".join(rng.sample(shipped, rng.choice((1, 1, 1, 2)))) for _ in range(UTTERANCES)]
        made.append([(sentence, utterance) for sentence in persona for utterance in said])
    return made


def inferred(folder: Path, count: int) -> dict[str, Any]:
    """Pairs a second in three ways. Calls alone go to the model itself, so that they never wait for a batch to fill."""
    from tertulia.models.local import connect_nli

    nli: Any = connect_nli(str(folder), device="cpu")
    model, work = nli.batcher._function, dialogues(count)
    single = [pair for pairs in work[: max(count // 4, 1)] for pair in pairs]

    async def together() -> None:
        await asyncio.gather(*(nli.infer(pairs) for pairs in work))

    model(work[0])
    with measured() as batched:
        asyncio.run(together())
    with measured() as apart:
        for pairs in work:
            model(pairs)
    with measured() as alone:
        for pair in single:
            model([pair])
    pairs = sum(map(len, work))
    rates = pairs / batched.seconds, pairs / apart.seconds, len(single) / alone.seconds
    return {
        "nli": folder.name,
        "pairs": pairs,
        "pairs_a_second": round(rates[0]),
        "ratio_to_call_per_dialogue": round(rates[0] / rates[1], 2),
        "ratio_to_call_per_pair": round(rates[0] / rates[2], 2),
    }


def chatted(folder: Path, count: int, tokens: int, rows: int) -> dict[str, Any]:
    """Tokens a second. A lone reply in a batch pays for the seats that stay empty: that keeps its arithmetic."""
    some = max(count // 4, 1)
    batched = written(folder, rows, tokens, [count])
    single = written(folder, 1, tokens, [1] * some)
    lone = written(folder, rows, tokens, [1] * some)
    return {
        "max_batch": rows,
        "tokens_a_second": round(batched),
        "tokens_a_second_one_at_a_time": round(single),
        "tokens_a_second_alone_in_a_batch": round(lone),
        "chat_ratio_to_one_at_a_time": round(batched / single, 2),
    }


def written(folder: Path, rows: int, tokens: int, waves: Sequence[int]) -> float:
    """Tokens a second of replies of so many tokens, in waves of so many at a time."""
    from tertulia.models.provider import endpoint_of
    from tertulia.models.request import Kind, Part, Request, Role
    from tertulia.models.spec import ModelSpec

    model = endpoint_of(ModelSpec.parse(f"transformers:{folder}?device=cpu&max_batch={rows}"))

    def request(number: int) -> Request:
        text = "hello " * (40 + 7 * (number % 9))
        return Request("", "", (Part(Role.USER, Kind.TURN, text),), {"max_tokens": tokens}, seed=number)

    async def write(sizes: Sequence[int]) -> None:
        for size in sizes:
            await asyncio.gather(*(model.complete(request(number)) for number in range(size)))

    async def work() -> float:
        await write([1])  # loads
        with measured() as cost:
            await write(waves)
        return sum(waves) * tokens / cost.seconds

    return asyncio.run(work())


def random_chat(folder: Path, *, quick: bool) -> Path:
    """A decoder that has learned nothing, with one token a word."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    size, words = (32, 100) if quick else (384, 8000)
    torch.manual_seed(0)
    vocabulary = {"<|user|>": 0, "<|assistant|>": 1, "hello": 2} | {f"w{number}": number for number in range(3, words)}
    bare = Tokenizer(models.WordLevel(vocabulary, unk_token="hello"))
    bare.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bare)
    tokenizer.chat_template = TEMPLATE
    tokenizer.save_pretrained(folder)
    shape = {"hidden_size": size, "intermediate_size": 3 * size, "num_hidden_layers": 2 if quick else 8}
    heads = {"num_attention_heads": 4, "num_key_value_heads": 2, "eos_token_id": None, "bos_token_id": None}
    LlamaForCausalLM(LlamaConfig(vocab_size=words, **shape, **heads)).save_pretrained(folder)
    return folder


def random_nli(folder: Path) -> Path:
    """A classifier of MiniLM's size that has learned nothing."""
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    letters = "abcdefghijklmnopqrstuvwxyz'.,!?0123456789"
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{letter}" for letter in letters)]
    BertTokenizer(vocab={word: number for number, word in enumerate(words)}).save_pretrained(folder)
    names = {0: "contradiction", 1: "entailment", 2: "neutral"}
    shape = {"hidden_size": 384, "intermediate_size": 1536, "num_hidden_layers": 6, "num_attention_heads": 12}
    BertForSequenceClassification(BertConfig(vocab_size=len(words), id2label=names, **shape)).save_pretrained(folder)
    return folder


def arguments() -> Namespace:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--dialogues", type=int, default=60, help="whose pairs are inferred")
    parser.add_argument("--replies", type=int, default=48)
    parser.add_argument("--tokens", type=int, default=40, help="of a reply")
    parser.add_argument("--max-batch", type=int, default=16)
    parser.add_argument("--quick", action="store_true", help="see that it runs; the numbers mean nothing")
    given = parser.parse_args()
    if given.quick:
        given.dialogues, given.replies, given.tokens, given.max_batch = 2, 4, 4, 4
    return given


def main() -> None:
    from tertulia.models.local.loading import quietly

    given, began = arguments(), load()
    with TemporaryDirectory() as place:
        with quietly():
            nli = SHARED if SHARED.is_dir() else random_nli(Path(place, "random"))
            chat = random_chat(Path(place, "chat"), quick=given.quick)
        inference = inferred(nli, given.dialogues)
        replies = chatted(chat, given.replies, given.tokens, given.max_batch)
    told({"benchmark": "local", **inference, **replies, "load": [began, load()]})


if __name__ == "__main__":
    main()
