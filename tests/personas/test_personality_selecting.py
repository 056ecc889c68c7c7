"""Which sentence fits: what is asked, how a reply is read, and what is counted."""

from collections.abc import Callable

import pytest

from tertulia.models.client import ChatClient
from tertulia.models.errors import ReplyRefused
from tertulia.models.request import Kind, Reply, Request, Role, Task
from tertulia.models.spec import ModelSpec
from tertulia.personas import Persona, Trait
from tertulia.personas.persona import Statement
from tertulia.personas.personality.choice import NONE, NoChoice, chosen
from tertulia.personas.personality.selecting import Selection, select, selectable, selections
from tertulia.personas.traits import Pole

SENTENCES = (
    "I have 2 cats.",
    "I like cats.",
    "I like cats and dogs.",
    "I run marathons.",
    "Nothing beats mint tea in the morning.",
)
HIGH, LOW = (Statement(text=f"I am {pole}.", trait=Trait.EXTRAVERSION, pole=pole) for pole in Pole)
ANN = Persona(name="Ann", profile=SENTENCES, statements=(HIGH,))


@pytest.mark.parametrize(
    ("reply", "number"),
    [
        ("4", 4),
        (" **4**. ", 4),
        ("Sentence 4.", 4),
        ("The best sentence is 4.", 4),
        ("Answer: (4)", 4),
        ("```\n4\n```", 4),
        ('{"number": 4}', 4),
        ("4. I run marathons.", 4),
        ("I run marathons.", 4),
        ("“i run marathons”", 4),
        ("I'd say 'I run marathons.' It shows energy.", 4),
        ("run marathons", 0),
        ("I run", 0),
        ("Number: 4\nReason: sentence 1 is about pets.", 4),
        ("I have 2 cats.", 1),
        ("I like cats and dogs", 3),
        ("Sentence 1 is about pets and sentence 2 too, so I choose 4.", 4),
        ("none", None),
        ("None of them fits.", None),
        ("Answer: none", None),
        ("No sentence fits: 4 comes closest.", None),
        ("I think that none of these would do.", None),
        ('{"number": null}', None),
        ("none of the others, so 4", 4),
        ("Nothing beats mint tea in the morning.", 5),
        ("nothing", None),
        ("9", 0),
        ("0", 0),
        ("1 or 2", 0),
        ("I like cats. I run marathons.", 0),
        ("", 0),
        ("...", 0),
        ("It depends.", 0),
    ],
)
def test_a_reply_is_read(reply: str, number: int | None) -> None:
    """0: nothing is chosen; None: none fits."""
    if number == 0:
        with pytest.raises(NoChoice):
            chosen(reply, SENTENCES)
    else:
        assert chosen(reply, SENTENCES) == (NONE if number is None else SENTENCES[number - 1])


class Model:
    """Says what the function says of the number of the call."""

    identity = "model"

    def __init__(self, reply: Callable[[int], str]) -> None:
        self._reply, self.asked = reply, list[Request]()

    async def complete(self, request: Request) -> Reply:
        self.asked.append(request)
        return Reply(self._reply(len(self.asked)))

    async def close(self) -> None:
        """Nothing is open."""


async def asked(model: Model) -> Selection:
    client = ChatClient(model, ModelSpec.parse("rehearsal"))
    return await select(ANN, client, seat="a", language="Korean", seed=7, round=2, index=5)


async def test_a_seats_model_is_asked_with_its_own_persona_and_nothing_else() -> None:
    model = Model(lambda call: "3")
    assert await asked(model) == Selection(SENTENCES[2])
    (request,) = model.asked
    assert (request.task, request.scope) == (Task.FIT, "2/5")
    assert [(part.role, part.kind, part.seat) for part in request.parts] == [
        (Role.SYSTEM, Kind.INSTRUCTIONS, None),
        (Role.USER, Kind.PERSONA, "a"),
    ]
    told = request.parts[1].text
    assert "Sentences:\n1. I have 2 cats.\n2. I like cats.\n" in told
    assert "Personality:\n- I am high.\n" in told
    assert "Korean" in request.parts[0].text


async def test_what_cant_be_read_is_asked_for_once_more_with_the_reason_and_another_seed() -> None:
    model = Model(lambda call: ("7", "4")[call - 1])
    assert await asked(model) == Selection(SENTENCES[3])
    first, second = model.asked
    assert second.parts[:-1] == first.parts
    assert "there is no sentence 7." in second.parts[-1].text
    assert first.seed != second.seed


async def test_after_two_replies_without_a_choice_it_is_none_and_said_to_be_unread() -> None:
    model = Model(lambda call: "Hard to say.")
    assert await asked(model) == Selection(NONE, read=False)
    assert len(model.asked) == 2


async def test_a_refusal_is_no_choice() -> None:
    def refuse(call: int) -> str:
        raise ReplyRefused("the server refuses the request for its content")

    assert await asked(Model(refuse)) == Selection(NONE, read=False)


def test_there_has_to_be_something_to_choose_from_and_by() -> None:
    assert selectable(ANN)
    assert not selectable(ANN.model_copy(update={"profile": ()}))
    assert not selectable(ANN.model_copy(update={"statements": ()}))


def test_selections_are_counted_by_pole() -> None:
    def person(focus: str | None, *statements: Statement) -> Persona:
        return ANN.model_copy(update={"statements": statements, "focus": focus})

    free = Statement(text="I hum.")
    people = [
        person("I run marathons.", HIGH),
        person("I run marathons.", HIGH, free),
        person("I like cats.", LOW),
        person(NONE, HIGH),
        person(None, HIGH),
    ]
    assert selections(people) == {
        (Trait.EXTRAVERSION, Pole.HIGH): {"I run marathons.": 2, NONE: 1},
        (Trait.EXTRAVERSION, Pole.LOW): {"I like cats.": 1},
    }
