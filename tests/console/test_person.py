"""What does a person at the console see before they type, and what becomes of what they type?"""

import asyncio
from collections.abc import Callable, Iterator

import pytest
from rich.console import Console

from tertulia.console.person import at_console
from tertulia.models.errors import Stopped
from tertulia.models.request import Kind, Part, Request, Role

BRIEF = (
    Part(Role.SYSTEM, Kind.INSTRUCTIONS, "Rules\n- Be brief.\n\n# Setting\nA train."),
    Part(Role.SYSTEM, Kind.EXEMPLAR, "Another conversation."),
    Part(Role.SYSTEM, Kind.PERSONA, "You are Ann.\n- I skate.", "a"),
)


def request(*turns: Part, scope: str = "1/0") -> Request:
    return Request("person", "person", (*BRIEF, *turns), scope=scope)


def turn(text: str, seat: str) -> Part:
    return Part(Role.USER, Kind.TURN, text, seat)


@pytest.fixture
def types(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def typed(*lines: str) -> None:
        given: Iterator[str] = iter(lines)

        def read(self: Console, prompt: object = "", **options: object) -> str:
            try:
                return next(given)
            except StopIteration:
                raise EOFError from None

        monkeypatch.setattr(Console, "input", read)

    return typed


def test_setting_and_persona_are_shown_once_and_each_turn_once(screen, types: Callable[..., None]) -> None:
    types("Hello.", "Indeed.")
    ask = at_console(screen.console, "a")
    assert asyncio.run(ask(request(turn("Cold [bold]today[/bold]", "b")))) == "Hello."
    assert (
        asyncio.run(ask(request(turn("Cold [bold]today[/bold]", "b"), turn("Hello.", "a"), turn("So?", "b"))))
        == "Indeed."
    )
    assert screen.text.count("A train.") == screen.text.count("I skate.") == 1
    assert screen.text.count("Cold [bold]today[/bold]") == 1
    assert "Be brief" not in screen.text
    assert "Another conversation" not in screen.text
    assert "Hello." not in screen.text


def test_another_dialogue_has_its_own_heading(screen, types: Callable[..., None]) -> None:
    types("Hello.", "Hello again.")
    ask = at_console(screen.console, "a")
    asyncio.run(ask(request()))
    asyncio.run(ask(request(scope="1/1")))
    assert "dialogue 1/0" in screen.text
    assert "dialogue 1/1" in screen.text


def test_an_empty_line_is_asked_again_and_the_end_of_the_input_stops_the_run(
    screen, types: Callable[..., None]
) -> None:
    types("", "   ", "  Well met. ")
    ask = at_console(screen.console, "a")
    assert asyncio.run(ask(request())) == "Well met."
    with pytest.raises(Stopped, match="same command"):
        asyncio.run(ask(request()))
