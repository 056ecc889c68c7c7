"""Can the embedded model do more than talk: select a speaker, write a script, and say what it can't do?"""

from collections.abc import Sequence

import pytest

from tertulia.agents.prompt import render
from tertulia.agents.stopping import is_farewell
from tertulia.models.errors import Mistake, NoJudge
from tertulia.models.rehearsal import Rehearsal
from tertulia.models.request import Kind, Part, Request, Role, Task
from tertulia.personas import BigFive
from tertulia.personas.personality.level import told

INES = ("I am a baker.", "I have two dogs.", "I was born in Busan.", "I love hiking.")
MARCUS = ("I teach Latin to the last six who want it.", "I drive a rusty convertible.", "i like donuts")

NATURE = ("traits", "statements", "style", "meanings", "goal", "focus")

Turns = list[tuple[str, str]]


async def say(request: Request, flaws: float = 0.0) -> str:
    return (await Rehearsal(flaws=flaws).complete(request)).text


def selection(turns: Turns, choices: Sequence[str]) -> Request:
    people = [{"name": name, "introduction": "", "relation": ""} for name in ("Ann", "Bob", "Carol")]
    parts = [Part(Role.SYSTEM, Kind.INSTRUCTIONS, render("select", people=people))]
    parts += [Part(Role.USER, Kind.TURN, f"{name}: {text}", name) for name, text in turns]
    parts.append(Part(Role.USER, Kind.REMINDER, render("choose", choices=choices)))
    return Request("r", "r", tuple(parts), task=Task.SELECT)


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        ([("Ann", "Hello."), ("Bob", "Carol told me so. Ann, is that true?")], "Ann"),
        ([("Ann", "Hello."), ("Bob", "I'm with you there, Ann.")], "Ann"),
        ([("Carol", "Hello."), ("Ann", "Hi."), ("Bob", "Nice soup.")], "Carol"),
        ([("Ann", "Hi."), ("Bob", "Nice soup.")], "Carol"),
    ],
)
async def test_it_selects_who_was_asked_else_who_was_silent_longest(turns: Turns, expected: str) -> None:
    assert await say(selection(turns, ["Ann", "Carol"])) == expected


def script_request(seed: int) -> Request:
    people = [
        {
            "name": "Ann",
            "public": "A baker (retired)",
            "profile": INES,
            "traits": list(told(BigFive(extraversion=3))),
            "statements": ("I hum in queues.",),
            "style": ("warm",),
            "meanings": [("warm", "kind")],
            "goal": "To sell a loaf.",
            "focus": INES[0],
        },
        {"name": "Bob", "public": "", "profile": MARCUS} | dict.fromkeys(NATURE, ()),
    ]
    instructions = render(
        "script", names=["Bob", "Ann"], least=6, most=9, alternate=True, language="English", style=(), setting=""
    )
    exemplar = render(
        "script-exemplar",
        number=1,
        people=[{"name": "Zed", "profile": ["I own a zebra."]}],
        turns=[{"name": "Zed", "text": "Hm."}],
    )
    parts = (
        Part(Role.SYSTEM, Kind.INSTRUCTIONS, instructions),
        Part(Role.SYSTEM, Kind.EXEMPLAR, exemplar),
        Part(Role.SYSTEM, Kind.PERSONA, render("script-personas", people=people, notes=[])),
        Part(Role.USER, Kind.REMINDER, render("script-write")),
    )
    return Request("r", "r", parts, seed=seed, task=Task.SCRIPT)


async def test_it_writes_a_script_in_the_form_that_was_asked_for() -> None:
    lengths = set()
    for seed in range(12):
        lines = (await say(script_request(seed))).splitlines()
        lengths.add(len(lines))
        assert all(line.startswith(("Bob: ", "Ann: ")[place % 2]) for place, line in enumerate(lines))
        assert not any(is_farewell(line) for line in lines[:-2])
        assert all(is_farewell(line) for line in lines[-2:])
    assert lengths <= {6, 7, 8, 9}
    assert len(lengths) > 1


async def test_a_writer_who_sees_all_may_mix_them_up() -> None:
    flawed = [(await say(script_request(seed), flaws=1.0)).splitlines() for seed in range(60)]
    mixed = [line for lines in flawed for line in lines if line.startswith("Bob: ") and any(s in line for s in INES)]
    assert mixed


async def test_it_refuses_to_judge_and_to_invent_profiles() -> None:
    request = Request("r", "r", (Part(Role.USER, Kind.MATERIAL, "Is this good?"),), task=Task.JUDGE)
    with pytest.raises(NoJudge, match="judge:"):
        await say(request)
    with pytest.raises(Mistake, match="profile"):
        await say(Request("r", "r", request.parts, task=Task.PROFILE))
