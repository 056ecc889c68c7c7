"""How does a person at the console take a turn?"""

import asyncio

from rich.console import Console
from rich.text import Text

from ..agents.person import Ask
from ..models.errors import Stopped
from ..models.request import Kind, Request
from .text import clean


def at_console(console: Console, seat: str) -> Ask:
    """Shows what is new in the conversation and reads one line; one conversation asks at a time."""
    asking = asyncio.Lock()
    shown: set[tuple[str, int]] = set()

    async def ask(request: Request) -> str:
        async with asking:
            _show(console, request, seat, shown)
            return await asyncio.to_thread(_line, console, seat)

    return ask


def _show(console: Console, request: Request, seat: str, shown: set[tuple[str, int]]) -> None:
    """Setting and persona at the first turn of a dialogue, then each turn once."""
    for number, part in enumerate(request.parts):
        if (request.scope, number) in shown or part.kind is Kind.EXEMPLAR:
            continue
        shown.add((request.scope, number))
        if part.kind is Kind.INSTRUCTIONS:
            console.rule(f"dialogue {request.scope}: your seat is {seat}")
            console.print(Text(clean(part.text.partition("# Setting\n")[2])))
        elif part.kind is Kind.PERSONA:
            console.print(Text(clean(part.text), style="dim"))
        elif part.seat != seat:
            console.print(Text(clean(part.text), style="dim" if part.kind is Kind.REMINDER else "cyan"))


def _line(console: Console, seat: str) -> str:
    while True:
        try:
            line = console.input(Text(f"{seat}> ", style="bold"))
        except EOFError:
            raise Stopped("the input has ended; run the same command to go on") from None
        if line.strip():
            return line.strip()
