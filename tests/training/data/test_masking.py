"""Exactly the speaker's turns and their ends are learned, token by token, under any chat template."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import AddedToken
from tokenizers.processors import TemplateProcessing

from tertulia.models.errors import Mistake
from tertulia.models.local.templating import OPENING
from tertulia.personas import Persona
from tertulia.training.base.scratch import TEMPLATE, build_tokenizer
from tertulia.training.data.masking import Tokens, least, prompt_of, tokenise
from tertulia.training.example import Example

ANN = Persona(name="Ann")
CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
LLAMA = (
    "{% if messages[0].role == 'system' %}{% set about = '<<SYS>>\n' + messages[0].content + '\n<</SYS>>\n\n' %}"
    "{% set messages = messages[1:] %}{% else %}{% set about = '' %}{% endif %}"
    "{% for message in messages %}{% if (message.role == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('roles must alternate') }}{% endif %}{% if message.role == 'user' %}"
    "<s>[INST] {{ (about if loop.first else '') + message.content.strip() }} [/INST]"
    "{% else %} {{ message.content.strip() }} </s>{% endif %}{% endfor %}"
)
TRIMMING = "{% for m in messages %}<|{{ m.role }}|>\n{{ m.content | trim }}<|end|>\n{% endfor %}"
REFUSES_SYSTEM = "{% if messages[0].role == 'system' %}{{ raise_exception('no system role') }}{% endif %}" + CHATML
LEAVES_OUT_SYSTEM = CHATML.replace("in messages %}", "in messages if message.role != 'system' %}")
LABELS = "{% for m in messages %}{{ 'Me' if m.role == 'assistant' else 'You' }}: {{ m.content }}\n{% endfor %}</s>"
SYSTEM_LAST = (
    "{% if messages[0].role == 'system' %}{% set about = messages[0].content %}{% set messages = messages[1:] %}"
    "{% endif %}" + TEMPLATE + "{{ about | default('') }}"
)
BACKWARDS = TEMPLATE.replace("in messages", "in messages | reverse")
REWRITES = TEMPLATE.replace("message['content']", "message['content'] | replace('!', '.')")


@pytest.fixture(scope="module")
def speaking() -> Callable[[str], Any]:
    """A tokenizer with this chat template; the same object for the same one."""
    known: dict[str, Any] = {}

    def make(template: str) -> Any:
        if template not in known:
            tokenizer = build_tokenizer([" Hello Yes Bye Hi Well Hm So"] * 4, 320)
            markers = ["<s>", "</s>", "<|im_start|>", "<|im_end|>"]
            tokenizer.add_tokens([AddedToken(marker, special=True, normalized=False) for marker in markers])
            tokenizer.chat_template = template
            known[template] = tokenizer
        return known[template]

    return make


def example(*said: str, system: str = "Be Ann.") -> Example:
    """The user says the first."""
    turns = [{"role": ("user", "assistant")[n % 2], "content": text} for n, text in enumerate(said)]
    return Example("d", "ann", ({"role": "system", "content": system}, *turns) if system else tuple(turns), ANN)


def shown(tokens: Tokens, tokenizer: Any) -> str:
    """The text, what is learned in ⟦ ⟧."""
    parts: list[tuple[bool, list[int]]] = []
    for token, learned in zip(tokens.input_ids, tokens.learned, strict=True):
        if not parts or parts[-1][0] != learned:
            parts.append((learned, []))
        parts[-1][1].append(token)
    texts = ((learned, tokenizer.decode(ids)) for learned, ids in parts)
    return "".join(f"⟦{text}⟧" if learned else text for learned, text in texts)


def read(made: Example, tokenizer: Any, length: int | None = None, **how: int) -> Tokens:
    tokens = tokenise(made, tokenizer, length, **how)
    assert tokens is not None
    return tokens


CASES = {
    "ChatML": (
        CHATML,
        "<|im_start|>system\nBe Ann.<|im_end|>\n<|im_start|>user\nHi!<|im_end|>\n<|im_start|>assistant\n"
        "⟦ Yes? <|im_end|>⟧\n<|im_start|>user\nWell<|im_end|>\n<|im_start|>assistant\n⟦Bye!<|im_end|>⟧\n",
    ),
    "Llama 2": (
        LLAMA,
        "<s>[INST] <<SYS>>\nBe Ann.\n<</SYS>>\n\nHi! [/INST]⟦ Yes? </s>⟧<s>[INST] Well [/INST]⟦ Bye! </s>⟧",
    ),
    "trimming": (
        TRIMMING,
        "<|system|>\nBe Ann.<|end|>\n<|user|>\nHi!<|end|>\n<|assistant|>\n⟦Yes?<|end|>⟧\n"
        "<|user|>\nWell<|end|>\n<|assistant|>\n⟦Bye!<|end|>⟧\n",
    ),
    "system refused": (
        REFUSES_SYSTEM,
        "<|im_start|>user\nBe Ann.\n\nHi!<|im_end|>\n<|im_start|>assistant\n⟦ Yes? <|im_end|>⟧\n"
        "<|im_start|>user\nWell<|im_end|>\n<|im_start|>assistant\n⟦Bye!<|im_end|>⟧\n",
    ),
    "system left out": (
        LEAVES_OUT_SYSTEM,
        "<|im_start|>user\nBe Ann.\n\nHi!<|im_end|>\n<|im_start|>assistant\n⟦ Yes? <|im_end|>⟧\n"
        "<|im_start|>user\nWell<|im_end|>\n<|im_start|>assistant\n⟦Bye!<|im_end|>⟧\n",
    ),
    "labels without marks": (LABELS, "You: Be Ann.\nYou: Hi!\nMe:⟦  Yes? ⟧\nYou: Well\nMe:⟦ Bye!\n</s>⟧"),
}
"""A blank before a turn is one token with its first word, so that it is the model's to say."""


@pytest.mark.parametrize("name", CASES)
def test_own_turns_and_their_ends_are_learned(name: str, speaking: Callable[[str], Any]) -> None:
    template, expected = CASES[name]
    tokenizer = speaking(template)
    assert shown(read(example("Hi!", " Yes? ", "Well", "Bye!"), tokenizer), tokenizer) == expected


def test_token_by_token(speaking: Callable[[str], Any]) -> None:
    tokenizer = speaking(TEMPLATE)
    tokens = read(example("Hi", "Ja 🙂", system=""), tokenizer)
    smile = [tokenizer.decode([token]) for token in tokens.input_ids[-5:-1]]
    assert len(smile) == 4, "the four bytes of one character, each a token"
    assert tokens.learned == (False,) * (len(tokens.learned) - 8) + (True,) * 8
    assert tokenizer.decode(tokens.input_ids[-8:]) == "Ja 🙂<|end|>"


@pytest.mark.parametrize(
    ("template", "why"),
    [
        (BACKWARDS, "it puts the turns in another order"),
        (REWRITES, "it rewrites a turn of the user: 'Hi!'"),
        (TEMPLATE.replace("message['content']", "''"), "it leaves out the"),
        (TEMPLATE.replace("message['content']", "message['content'] * 2"), "it writes a turn of the .* 2 times"),
        ("{{ raise_exception('not today') }}", "it says: not today"),
        ("{{ 1 + 'a' }}", "it says: unsupported operand"),
    ],
)
def test_a_template_that_can_not_be_masked_is_told(template: str, why: str, speaking: Callable[[str], Any]) -> None:
    with pytest.raises(Mistake, match=f"{why}.*take another base, or put a plainer template"):
        tokenise(example("Hi!", "Yes!"), speaking(template))


def test_a_system_message_that_is_put_elsewhere_stands_in_the_first_turn(speaking: Callable[[str], Any]) -> None:
    tokens = read(example("Hi", "Yes"), tokenizer := speaking(SYSTEM_LAST))
    assert shown(tokens, tokenizer) == "<|user|>Be Ann.\n\nHi<|end|><|assistant|>⟦Yes<|end|>⟧"


def test_who_opens_has_been_greeted_where_a_template_wants_it(speaking: Callable[[str], Any]) -> None:
    opens = Example("d", "ann", ({"role": "assistant", "content": "Hi"},), ANN)
    tokens = read(opens, tokenizer := speaking(LLAMA))
    assert shown(tokens, tokenizer) == f"<s>[INST] {OPENING} [/INST]⟦ Hi </s>⟧"


def test_no_second_beginning_is_added(speaking: Callable[[str], Any]) -> None:
    tokenizer = build_tokenizer(["Hello"], 300)
    tokenizer.add_tokens([AddedToken("<s>", special=True), AddedToken("</s>", special=True)])
    begin = tokenizer.convert_tokens_to_ids("<s>")
    tokenizer.backend_tokenizer.post_processor = TemplateProcessing(single="<s> $A", special_tokens=[("<s>", begin)])
    tokenizer.chat_template = LLAMA
    assert tokenizer("Hi")["input_ids"][0] == begin, "or else this test shows nothing"
    made = example("Hi", "Yes")
    assert read(made, tokenizer).input_ids.count(begin) == 1
    assert prompt_of(made.messages[:-1], tokenizer).count(begin) == 1


def test_own_turns_of_a_prompt_are_not_learned(speaking: Callable[[str], Any]) -> None:
    tokenizer = speaking(TEMPLATE)
    tokens = read(example("a", "b", "c", "d", system=""), tokenizer, since=1)
    assert shown(tokens, tokenizer) == "<|user|>a<|end|><|assistant|>b<|end|><|user|>c<|end|><|assistant|>⟦d<|end|>⟧"


def test_whole_turns_are_left_out_from_the_end(speaking: Callable[[str], Any]) -> None:
    tokenizer = speaking(LLAMA)
    made = example("Hi there", "Hello", "Hm", "Bye", "So", "Yes")
    whole = read(made, tokenizer)
    part = read(made, tokenizer, len(whole.input_ids) - 1)
    assert (whole.dropped_turns, part.dropped_turns) == (0, 2)
    assert part.input_ids == whole.input_ids[: len(part.input_ids)]
    assert shown(part, tokenizer).endswith("⟦ Bye </s>⟧")
    shortest = least(made, tokenizer)
    assert read(made, tokenizer, shortest).dropped_turns == 4
    assert tokenise(made, tokenizer, shortest - 1) is None
    assert tokenise(made, tokenizer, shortest, since=1) is None
    assert least(made, tokenizer, since=1) == len(part.input_ids)


def test_half_a_character_is_read_as_a_question_mark(speaking: Callable[[str], Any]) -> None:
    tokens = read(example("Hi", "a \ud83d b"), tokenizer := speaking(TEMPLATE))
    assert shown(tokens, tokenizer).endswith("⟦a \ufffd b<|end|>⟧")


def test_a_long_prompt_loses_its_oldest_turns_but_never_the_persona(speaking: Callable[[str], Any]) -> None:
    tokenizer = speaking(CHATML)
    messages = example("one", "two", "three", "four", "five").messages
    whole = prompt_of(messages, tokenizer)
    text = tokenizer.decode(prompt_of(messages, tokenizer, len(whole) - 1))
    assert "Be Ann." in text
    assert "two" not in text
    assert "three" in text
    with pytest.raises(Mistake, match=r"\d+ tokens of persona and last utterance don't fit into 12"):
        prompt_of(messages, tokenizer, 12)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@pytest.mark.parametrize("template", [TEMPLATE, CHATML, REFUSES_SYSTEM])
@given(said=st.lists(TEXTS, min_size=2, max_size=5), system=TEXTS)
def test_what_is_learned_is_what_was_said(
    template: str, said: Sequence[str], system: str, speaking: Callable[[str], Any]
) -> None:
    tokenizer = speaking(template)
    made = example(*said[: len(said) // 2 * 2], system=system)
    tokens = read(made, tokenizer)
    end = "<|end|>" if template == TEMPLATE else "<|im_end|>"
    learned = [token for token, learned in zip(tokens.input_ids, tokens.learned, strict=True) if learned]
    assert tokenizer.decode(learned) == "".join(reply + end for reply in made.replies)


@pytest.mark.parametrize("template", [TEMPLATE, LLAMA, TRIMMING, LABELS])
@given(said=st.lists(st.sampled_from(["Hi", " Yes, 안녕 ", "Well\n\nthen", "🙂"]), min_size=4, max_size=4))
def test_a_prompt_is_how_an_example_begins(template: str, said: Sequence[str], speaking: Callable[[str], Any]) -> None:
    tokenizer = speaking(template)
    made = example(*said)
    tokens = read(made, tokenizer)
    first = prompt_of(made.messages[:2], tokenizer)
    assert first == tokens.input_ids[: len(first)]
    assert tokens.learned[: len(first) + 1] == (*(False,) * len(first), True)
    second = prompt_of(made.messages[:4], tokenizer)
    assert second == tokens.input_ids[: len(second)]
    assert tokens.learned[len(second)]
    assert not tokens.learned[len(second) - 1]
