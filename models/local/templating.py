"""How is a conversation written down for a local model? With its own chat template, in a form that it takes."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import Mistake
from ..request import JOIN
from .weights import read_json

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

Message = dict[str, str]

OPENING = "(The conversation begins.)"
"""What the other side says where a template insists that it speaks first."""
MARK = "tertulia-7f3a"


def check_template(name: str, folder: Path) -> None:
    """Without loading anything. Raises Mistake for a folder whose tokenizer has no chat template."""
    if not has_template(folder):
        raise Mistake(
            f"{name!r} has no chat template, so it is not known how a conversation is put to it: take a model that was "
            f"tuned for chat (its name often ends in -Instruct or -it), or put its template into the folder as "
            f"chat_template.jinja"
        )


def has_template(folder: Path) -> bool:
    """Whether a folder's tokenizer has a chat template. Raises Mistake for a config that can't be read."""
    if (folder / "chat_template.jinja").is_file() or (folder / "chat_template.json").is_file():
        return True
    config = folder / "tokenizer_config.json"
    return config.is_file() and bool(read_json(config).get("chat_template"))


class Template:
    """Turns messages into the tokens of a prompt."""

    def __init__(self, name: str, tokenizer: "PreTrainedTokenizerBase", settings: Mapping[str, Any]) -> None:
        """`settings`: what the template is given beside the messages, such as `enable_thinking`."""
        self._name, self._tokenizer, self._settings = name, tokenizer, dict(settings)
        self._takes_system = self._keeps_system()

    def tokens(self, messages: Sequence[Message]) -> list[int]:
        """The prompt's tokens, up to where the reply begins. Raises Mistake if the template takes no form of it."""
        from jinja2 import TemplateError

        refused: list[str] = []
        for form in self.forms(messages):
            try:
                return self._rendered(form)
            except (TemplateError, TypeError, ValueError) as error:
                refused.append(str(error))
        raise Mistake(f"the chat template of {self._name!r} refuses the conversation: {'; '.join(refused)[:300]}")

    def forms(self, messages: Sequence[Message]) -> Iterator[list[Message]]:
        """The conversation as it is, if the template can have it so; then without a system message."""
        system = 1 if messages and messages[0]["role"] == "system" else 0
        later = merged([_as_user(message) for message in messages[system:]])
        if self._takes_system or not system:
            yield [*messages[:system], *later]
            if not later or later[0]["role"] == "assistant":
                yield [*messages[:system], {"role": "user", "content": OPENING}, *later]
        if system:
            yield merged([_as_user(messages[0]), *later])

    def _rendered(self, messages: Sequence[Message]) -> list[int]:
        given: Any = self._tokenizer.apply_chat_template(
            list(messages), add_generation_prompt=True, tokenize=True, return_dict=True, **self._settings
        )
        return [int(token) for token in given["input_ids"]]

    def _keeps_system(self) -> bool:
        """Some templates refuse a system message, some leave it out and say nothing."""
        messages = [{"role": "system", "content": MARK}, {"role": "user", "content": "Hello."}]
        try:
            text = self._tokenizer.apply_chat_template(
                messages, add_generation_prompt=True, tokenize=False, **self._settings
            )
        except Exception:
            return False
        return MARK in str(text)


def merged(messages: Sequence[Message]) -> list[Message]:
    """Neighbours of one role as one message, an empty line between them."""
    whole: list[Message] = []
    for message in messages:
        if whole and whole[-1]["role"] == message["role"]:
            whole[-1] = {**message, "content": whole[-1]["content"] + JOIN + message["content"]}
        else:
            whole.append(message)
    return whole


def _as_user(message: Message) -> Message:
    return {**message, "role": "user"} if message["role"] == "system" else message


def defaults_of(folder: Path) -> dict[str, Any]:
    """The sampling parameters that a model's own generation_config.json names."""
    path = folder / "generation_config.json"
    try:
        read = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except ValueError:
        return {}
    return {name: read[name] for name in ("temperature", "top_p", "top_k") if read.get(name) is not None}
