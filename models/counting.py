"""How many tokens is a text, roughly? An estimate for budgets and limits, without any tokenizer."""

from collections.abc import Iterable, Mapping

BYTES_PER_TOKEN = 4
"""Of UTF-8: about right for English, and not too low for scripts that take three bytes a character."""

TOKENS_PER_MESSAGE = 4
"""What a chat template adds around a message."""


def estimate_text(text: str) -> int:
    """Tokens of a text, estimated; at least 1 for a text that isn't empty."""
    size = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
    return -(-size // BYTES_PER_TOKEN)


def estimate_messages(messages: Iterable[Mapping[str, str]]) -> int:
    """Tokens of a prompt, estimated."""
    return sum(estimate_text(message["content"]) + TOKENS_PER_MESSAGE for message in messages)
