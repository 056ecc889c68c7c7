"""What did a model say, and what did it only think?"""

from re import IGNORECASE, Match, compile

_NAME = "think|thinking|thought|thoughts|reasoning"
_OPEN = rf"<(?:{_NAME})>|\[THINK\]|◁think▷|<\|channel\|>analysis<\|message\|>"
_CLOSE = rf"</(?:{_NAME})>|\[/THINK\]|◁/think▷|<\|end\|>(?:<\|start\|>assistant)?(?:<\|channel\|>final<\|message\|>)?"
_TAG = compile(rf"(?P<open>{_OPEN})|(?P<close>{_CLOSE})", IGNORECASE)
_HINTS = ("<", "[THINK", "[/THINK", "◁")


def split(text: str) -> tuple[str, str | None]:
    """(what was said, what was thought or None).

    Thought is what stands between tags such as `<think>` and `</think>`, before a closing tag that was never opened
    (the chat template opened it), and after an opening tag that was never closed (the reply was cut).
    """
    if not any(hint in text for hint in _HINTS):
        return text, None
    tags = list(_TAG.finditer(text))
    return _divided(text, tags) if tags else (text, None)


def joined(*thoughts: str | None) -> str | None:
    """Thoughts from several places as one, or None."""
    return "\n\n".join(thought for thought in thoughts if thought) or None


def _divided(text: str, tags: list[Match[str]]) -> tuple[str, str | None]:
    said: list[str] = []
    thought: list[str] = []
    depth = at = 0
    for tag in tags:
        piece, at = text[at : tag.start()], tag.end()
        if tag["open"]:
            (thought if depth else said).append(piece)
            depth += 1
        elif depth:
            thought.append(piece)
            depth -= 1
        else:
            thought += [*said, piece]
            said.clear()
    (thought if depth else said).append(text[at:])
    return "".join(said).strip(), joined(*(piece.strip() for piece in thought))
