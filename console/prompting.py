"""What exactly was sent to the models for a dialogue, and what came back?"""

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from ..agents import Dialogue
from ..corpus.sent import Sent
from ..models.request import Kind, Part
from .choosing import speaker_of
from .text import clean, listed, money, number, one_line, seat_colours

LABEL_WIDTH = 18
COLOURS = {
    Kind.INSTRUCTIONS: "blue",
    Kind.EXEMPLAR: "yellow",
    Kind.PERSONA: "magenta",
    Kind.TURN: "default",
    Kind.NOTE: "red",
    Kind.REMINDER: "red",
    Kind.MATERIAL: "default",
}


def prompts(dialogue: Dialogue, calls: Sequence[Sent]) -> Iterator[RenderableType]:
    """Each request with its messages, and the reply under it."""
    if not calls:
        yield Text("the ledger holds no call of this dialogue", style="dim italic")
    turns = {turn.request: index for index, turn in enumerate(dialogue.turns) if turn.request}
    for count, call in enumerate(calls, 1):
        yield Group(heading(dialogue, call, f"request {count} of {len(calls)}", turns.get(call.request.key)), Text())
        yield Group(messages(call), reply(call), Text())


def heading(dialogue: Dialogue, call: Sent, which: str, turn: int | None) -> RenderableType:
    """Which request, for whom, to which model, with which settings, at what cost."""
    request, seat = call.request, speaker_of(call)
    colour = seat_colours(dialogue.cast).get(seat, "default")
    names = {member.seat: one_line(member.name) for member in dialogue.cast}
    whom = names.get(seat, request.task.value)
    spoken = f"turn {turn + 1}" if turn is not None else ("not used" if seat else "")
    title = Text.assemble((which, "bold"), f" · {request.task} · ", (whom, f"bold {colour}"))
    title.append(f" · {spoken}" if spoken else "", style="bold red" if turn is None else "")
    settings = [f"{name} {value}" for name, value in request.sampling.items()]
    asked = listed((request.model, *settings, f"seed {request.seed}", "answers in JSON" if request.schema else ""))
    return Group(Rule(title, style="dim", align="left"), Text(asked, style="dim"), Text(cost(call), style="dim"))


def cost(call: Sent) -> str:
    answer = call.reply
    tokens = f"{answer.prompt_tokens:,} + {answer.completion_tokens:,} tokens"
    return listed((tokens, f"{call.seconds:.2f} s", money(call.usd) if call.usd else "", f"key {call.request.key}"))


def messages(call: Sent) -> Table:
    """The messages as sent: parts of one role are one message, with an empty line between them."""
    table = _grid()
    for role, group in groupby(call.request.parts, key=lambda part: part.role):
        parts = list(group)
        size = number(len(parts), "part") if len(parts) > 1 else ""
        table.add_row(Text(role.value, "bold reverse"), Text(f"message of {size}" if size else "", "dim italic"))
        for part in parts:
            table.add_row(label(part), Text(clean(part.text)))
            table.add_row("", "")
    return table


def label(part: Part) -> Text:
    """What a part is, and whose: on a line of its own where it is long."""
    kind, seat = part.kind.value, one_line(part.seat or "", LABEL_WIDTH)
    space = " " if len(kind) + 1 + cell_len(seat) <= LABEL_WIDTH else "\n"
    return Text(kind, style=COLOURS[part.kind]).append(f"{space}{seat}" if seat else "", style="dim")


def reply(call: Sent) -> Table:
    """What the model answered, as it came; what it thought stands before what it said."""
    table = _grid()
    finish = "" if call.reply.finish == "stop" else f"cut: {call.reply.finish}"
    table.add_row(Text("reply", "bold reverse green"), Text(finish, "red"))
    if call.reply.thought:
        table.add_row(Text("thought", "dim"), Text(clean(call.reply.thought), "dim italic"))
    table.add_row(Text("said", "green"), Text(clean(call.reply.text)))
    return table


def _grid() -> Table:
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column(no_wrap=True, width=LABEL_WIDTH)
    table.add_column(ratio=1, overflow="fold")
    return table
