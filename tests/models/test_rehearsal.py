"""Does the embedded model talk sense, from its request alone, and err at the rate that it is asked to?"""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from os import environ
from pathlib import Path

import pytest

from tertulia.agents.prompt import render
from tertulia.models.errors import Mistake
from tertulia.models.rehearsal import Rehearsal, connect
from tertulia.models.rehearsal.brief import Brief, brief
from tertulia.models.rehearsal.fact import fact
from tertulia.models.rehearsal.hearing import hear
from tertulia.models.rehearsal.history import History, Turn
from tertulia.models.rehearsal.lexicon import lexicon
from tertulia.models.rehearsal.speaking import speak
from tertulia.models.request import Kind, Part, Request, Role
from tertulia.models.spec import ModelSpec
from tertulia.personas import BigFive
from tertulia.personas.personality.level import told

BYE = re.compile(
    r"\b(good ?-?bye|bye|farewell|see you|see ya|take (?:good )?care|good ?night|so long|until (?:next time|we meet)"
    r"|have a (?:good|great|nice) (?:day|night|time)|(?:nice|good|great|lovely) (?:meeting|talking|chatting))\b",
    re.I,
)
THANKS = re.compile(r"\b(?:thanks?|thank you)\b", re.I)
BLANK = re.compile(r"\[[^\]]{2,40}\]|[{}]")

INES = (
    "I am a baker, so my working day ends when yours begins.",
    "I have two dogs.",
    "I was born in Busan.",
    "My favorite band is Aerosmith.",
    "I love hiking.",
)
MARCUS = (
    "I teach Latin to the last six who want it.",
    "My younger sister is the only person who may call after midnight.",
    "I am terrified of clowns due to childhood trauma.",
    "I drive a rusty convertible.",
    "i like donuts",
)
RETIRED = (
    "I have been retired for a years.",
    "I grow roses in my garden.",
    "My wife spends all my money.",
    "I read twenty books a year.",
)
CHILD = (
    "I am in the third grade.",
    "I have a cat named spook.",
    "My favorite color is yellow.",
    "I like to play with my dolls.",
)
CLERK = (
    "I work at a bank.",
    "I am expecting twins in two months.",
    "I have rainbow hair.",
    "I get migraines whenever the weather turns.",
)
THIEF = (
    "I am here for shoplifting.",
    "I feel old.",
    "I will be released in about a month.",
    "They are constantly on my back.",
)
PROFILES = (INES, MARCUS, RETIRED, CHILD, CLERK, THIEF)

Turns = list[tuple[str, str]]
AVERAGE = BigFive()


def system(
    name: str, profile: Sequence[str], others: Sequence[str], traits: BigFive = AVERAGE, style: Sequence[str] = ()
) -> str:
    public = [{"name": other, "introduction": f"{other} wears a hat.", "relation": ""} for other in others]
    instructions = render("instructions", language="English", style=(), setting="", seats=len(others) + 1)
    exemplar = render(
        "exemplar",
        number=1,
        persona={"name": "Zed", "profile": ["I own a zebra."]},
        turns=[{"name": "Zed", "text": "Stripes everywhere."}, {"name": "You", "text": "# You"}],
    )
    person = {"name": name, "introduction": "", "relation": "", "profile": profile, "goal": ""}
    nature = {"traits": list(told(traits)), "statements": (), "style": style, "meanings": (), "focus": ""}
    persona = render("persona", **person, **nature, others=public)
    return f"{instructions}\n\n{exemplar}\n\n{persona}"


def asked(
    prompt: str, me: str, turns: Turns, *, seed: int = 1, group: bool = False, tail: Sequence[str] = ()
) -> Request:
    parts = [Part(Role.SYSTEM, Kind.PERSONA, prompt)]
    if not turns or turns[0][0] == me:
        parts.append(Part(Role.USER, Kind.REMINDER, render("opening")))
    for name, text in turns:
        said = f"{name}: {text}" if group and name != me else text
        parts.append(Part(Role.ASSISTANT if name == me else Role.USER, Kind.TURN, said, name))
    parts += [Part(Role.USER, Kind.REMINDER, text) for text in tail]
    return Request("rehearsal", "rehearsal", tuple(parts), seed=seed)


async def say(request: Request, flaws: float = 0.0) -> str:
    return (await Rehearsal(flaws=flaws).complete(request)).text


async def talk(
    people: dict[str, Sequence[str]], seed: int, *, count: int = 16, flaws: float = 0.0, traits: BigFive = AVERAGE
) -> Turns:
    """A dialogue in which everybody speaks in turn; the last round is told that it is one."""
    names = list(people)
    prompts = {name: system(name, people[name], [n for n in names if n != name], traits) for name in names}
    turns: Turns = []
    for place in range(count):
        me = names[place % len(names)]
        tail = (render("closing"),) if count - place <= len(names) else ()
        request = asked(prompts[me], me, turns, seed=seed * 1000 + place, group=len(names) > 2, tail=tail)
        turns.append((me, await say(request, flaws)))
    return turns


def f1(one: str, other: str) -> float:
    left, right = (
        Counter(w for w in re.sub(r"[^\w\s]", "", text.lower()).split() if w not in ("a", "an", "the"))
        for text in (one, other)
    )
    shared = (left & right).total()
    return 2 * shared / (left.total() + right.total()) if shared else 0.0


def sentences(text: str) -> list[str]:
    return [*re.split(r"(?<=[.!?])\s+", text), text]


# ---- conversations without flaws


async def test_flawless_dialogues_are_clean() -> None:
    openers = Counter()
    for seed in range(24):
        people = {"Ann": PROFILES[seed % 6], "Bob": PROFILES[(seed // 6 + 1 + seed) % 6]}
        turns = await talk(people, seed)
        openers[turns[0][1]] += 1
        for name, profile in people.items():
            own = [text for by, text in turns if by == name]
            said = [part for text in own[:-1] for part in re.split(r"(?<=[.!?])\s+", text) if len(part.split()) > 3]
            assert max(Counter(said).values()) == 1, (seed, Counter(said).most_common(1))
            assert BYE.search(own[-1])
            for text in own[:-1]:
                assert not BYE.search(text)
                assert not THANKS.search(text)
            copies = [s for s in profile for text in own if max(f1(p, s) for p in sentences(text)) >= 0.8]
            assert not copies
        assert not any(BLANK.search(text) for _, text in turns)
    assert len(openers) > 15


async def test_conversations_open_in_many_ways_and_seldom_with_hello() -> None:
    prompt = system("Ann", INES, ["Bob"])
    openers = [await say(asked(prompt, "Ann", [], seed=seed)) for seed in range(240)]
    assert sum(bool(re.match(r"(?:hi|hello|hey)\b", text, re.I)) for text in openers) / 240 < 0.35
    assert len(set(openers)) > 70


async def test_a_setting_is_noticed() -> None:
    prompt = system("Ann", INES, ["Bob"]).replace("Two people who have just met", "On a slow train, two people")
    openers = [await say(asked(prompt, "Ann", [], seed=seed)) for seed in range(60)]
    assert any("seat taken" in text for text in openers)
    elsewhere = [await say(asked(system("Ann", INES, ["Bob"]), "Ann", [], seed=seed)) for seed in range(60)]
    assert not any("on this line" in text for text in elsewhere)


@pytest.mark.parametrize("question", ["Do you have any animals at home?", "So, got any pets?", "Are you a dog person?"])
async def test_what_was_asked_is_answered_from_the_profile(question: str) -> None:
    ways = [way.text for way in fact("I have two dogs.").tellings]
    for seed in range(8):
        with_dogs = await say(asked(system("Ann", INES, ["Bob"]), "Ann", [("Bob", question)], seed=seed))
        without = await say(asked(system("Ann", MARCUS, ["Bob"]), "Ann", [("Bob", question)], seed=seed))
        assert any(way in with_dogs for way in ways)
        assert not any(way in without for way in ways)


async def test_the_other_is_heard_and_asked_further() -> None:
    turns = [("Bob", "I play the cello in a small orchestra.")]
    replies = [await say(asked(system("Ann", INES, ["Bob"]), "Ann", turns, seed=seed)) for seed in range(40)]
    follow = {line.text for exchange in lexicon().topics["music instrument"].follow for line in exchange.questions}
    assert sum(any(question in reply for question in follow) for reply in replies) > 15


async def test_what_the_other_named_comes_back_with_the_persons_turned() -> None:
    prompt = system("Ann", INES, ["Bob"])
    turns = [("Bob", "At home I'm outvoted by my lab partner, so I enjoy talking to strangers.")]
    piece = hear(turns[0][1]).pieces[0]
    assert piece.topic == "marital status"
    assert piece.slots is not None
    assert piece.slots["to"] == "your lab partner"
    assert await say(asked(prompt, "Ann", turns))


async def test_a_personality_shows() -> None:
    async def lengths(traits: BigFive) -> float:
        texts = [
            text for seed in range(10) for _, text in await talk({"Ann": INES, "Bob": MARCUS}, seed, traits=traits)
        ]
        return sum(len(text.split()) for text in texts) / len(texts)

    async def reactions(traits: BigFive) -> Counter[str]:
        prompt = system("Ann", INES, ["Bob"], traits)
        turns = [("Bob", "I could write a small book on cider and where to get the good stuff.")]
        texts = [await say(asked(prompt, "Ann", turns, seed=seed)) for seed in range(80)]
        pools = {pool: [line.text for line in lexicon().talk[pool]] for pool in ("warm", "kind", "dry")}
        return Counter(pool for pool, lines in pools.items() for text in texts if any(line in text for line in lines))

    assert await lengths(BigFive(extraversion=5)) > 1.15 * await lengths(BigFive(extraversion=-5))
    warm, dry = await reactions(BigFive(agreeableness=5)), await reactions(BigFive(agreeableness=-5))
    assert warm["warm"] + warm["kind"] > 10 > warm["dry"] == 0
    assert dry["dry"] > 8
    assert dry["warm"] + dry["kind"] == 0


async def test_formal_speech_has_no_short_forms_and_is_understood_all_the_same() -> None:
    prompt = system("Ann", INES, ["Bob"], style=["formal"])
    replies = [
        await say(asked(prompt, "Ann", [("Bob", "What keeps you busy during the week?")], seed=s)) for s in range(20)
    ]
    assert not any(re.search(r"\b(?:I'm|don't|can't|I've|won't)\b", reply) for reply in replies)
    assert any("I am" in reply or "do not" in reply for reply in replies)
    assert all(piece.line is not None for reply in replies for piece in hear(reply).pieces)


# ---- reminders


async def test_it_takes_leave_when_told_to_and_when_the_other_does() -> None:
    prompt = system("Ann", INES, ["Bob"])
    turns = [("Bob", "I play the cello."), ("Ann", "Since when?"), ("Bob", "Since I was nine.")]
    for seed in range(10):
        assert BYE.search(await say(asked(prompt, "Ann", turns, seed=seed, tail=[render("closing")])))
        assert not BYE.search(await say(asked(prompt, "Ann", turns, seed=seed)))
        gone = [*turns[:2], ("Bob", "Since I was nine. Well, I have to go. Goodbye!")]
        assert BYE.search(await say(asked(prompt, "Ann", gone, seed=seed)))
        kept = await say(asked(prompt, "Ann", gone, seed=seed, tail=[render("not-yet")]))
        assert not BYE.search(kept)


@pytest.mark.parametrize("reminder", ["not-yet", "again", "note"])
async def test_after_a_refusal_it_says_something_else(reminder: str) -> None:
    text = render(reminder, reason="it was empty.", advice="You repeated yourself.\n\nTwice.")
    prompt = system("Ann", INES, ["Bob"])
    turns = [("Bob", "What do you do with a free weekend?")]
    for seed in range(20):
        first = await say(asked(prompt, "Ann", turns, seed=seed), flaws=1.0)
        second = await say(asked(prompt, "Ann", turns, seed=seed, tail=[text]), flaws=1.0)
        assert not re.search("director|refuse|empty|Twice", second)
        if reminder != "note":
            assert second != first
            assert not BYE.search(second)
            assert not BLANK.search(second)


# ---- more than two


async def test_groups_use_names_and_answer_what_was_asked_of_them_before() -> None:
    prompt = system("Ann", INES, ["Bob", "Carol"])
    turns = [("Ann", "It's raining."), ("Bob", "Ann, coffee or tea?"), ("Carol", "The soup is good.")]
    late = await say(asked(prompt, "Ann", turns, group=True))
    assert "Bob" in late.split(".")[0]
    elsewhere = [("Ann", "It's raining."), ("Bob", "Carol, do you have any animals at home?")]
    answers = [line.text for line in lexicon().topics["animal owned"].lines["lacks"]]
    for seed in range(12):
        reply = await say(asked(prompt, "Ann", elsewhere, group=True, seed=seed))
        assert not any(answer in reply for answer in answers)
    turns = await talk({"Ann": INES, "Bob": MARCUS, "Carol": RETIRED, "Dan": CLERK}, seed=4, count=24)
    assert sum(bool(re.search(r"\b(?:Ann|Bob|Carol|Dan)\b", text)) for _, text in turns) >= 4


# ---- flaws


def kind_of(text: str, own: Sequence[str], heard: Sequence[str], profile: Sequence[str]) -> str:
    """Which mistake a turn is, as a critic would see it; empty for none."""
    plain = [s.rstrip(".").lower() for s in profile]
    said = [part.rstrip(".!").lower() for part in sentences(text)]
    if BLANK.search(text):
        return "blank"
    if text in own:
        return "repeat"
    if THANKS.search(text):
        return "thanks"
    if BYE.search(text):
        return "early bye"
    if any(part in plain for part in said):
        return "recite"
    if re.search(r"say the very same of myself|just the same with me|That's exactly me", text):
        return "claim"
    return "contradict" if re.search(r"let me be clear|I should mention|To tell you the truth", text) else ""


async def test_each_kind_of_mistake_is_made_at_the_rate_that_is_asked_for() -> None:
    prompt = system("Ann", INES, ["Bob"])
    turns = [
        ("Ann", "What do you put on when you clean the house?"),
        ("Bob", "I dust the shelves to reggae, and that's the only reason they ever get dusted."),
        ("Ann", "My foot is tapping already, I must say."),
        ("Bob", "I always wondered what that's like."),
    ]
    own, heard = ([text for by, text in turns if by == name] for name in ("Ann", "Bob"))
    replies = [await say(asked(prompt, "Ann", turns, seed=seed), flaws=1.0) for seed in range(1600)]
    found = Counter(kind_of(text, own, heard, INES) for text in replies)
    made = 1600 - found[""]
    assert 0.28 < made / 1600 < 0.38
    assert set(found) - {""} == {"blank", "repeat", "thanks", "early bye", "recite", "claim", "contradict"}
    assert min(found[kind] for kind in set(found) - {""}) > made / 7 / 3
    clean = [await say(asked(prompt, "Ann", turns, seed=seed), flaws=0.0) for seed in range(200)]
    assert not any(kind_of(text, own, heard, INES) for text in clean)


async def test_who_has_begun_to_thank_goes_on_for_a_while() -> None:
    prompt = system("Ann", INES, ["Bob"])
    turns = [("Ann", "Thank you, thank you so much! That means a lot to me."), ("Bob", "Don't mention it.")]
    assert THANKS.search(await say(asked(prompt, "Ann", turns), flaws=0.15))
    assert not THANKS.search(await say(asked(prompt, "Ann", turns), flaws=0.0))
    other = [("Bob", "Thank you so much!")]
    assert not THANKS.search(await say(asked(prompt, "Ann", other), flaws=0.0))


@pytest.mark.parametrize("flaws", [-0.1, 1.5])
def test_flaws_are_a_share(flaws: float) -> None:
    with pytest.raises(Mistake, match="from 0"):
        Rehearsal(flaws=flaws)


# ---- a function of its request


async def test_the_reply_follows_from_messages_seed_and_task_alone() -> None:
    prompt = system("Ann", INES, ["Bob"])
    request = asked(prompt, "Ann", [("Bob", "Coffee or tea?")], seed=5)
    blurred = tuple(Part(part.role, Kind.MATERIAL, part.text) for part in request.parts)
    same = Request("elsewhere", "other", blurred, sampling={"temperature": 0.8}, seed=5, scope="2/17")
    assert await say(request, 0.15) == await say(same, 0.15)
    assert len({await say(asked(prompt, "Ann", [("Bob", "Coffee or tea?")], seed=s), 0.15) for s in range(20)}) > 8


def test_another_process_says_the_same() -> None:
    program = (
        "import asyncio, importlib.util as u, sys\n"
        f"spec = u.spec_from_file_location('here', {str(Path(__file__))!r}); here = u.module_from_spec(spec)\n"
        "spec.loader.exec_module(here)\n"
        "print(asyncio.run(here.talk({'Ann': here.INES, 'Bob': here.MARCUS, 'Carol': here.CLERK}, 3, flaws=1.0)))"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={**environ, "PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert told[0] == told[1]
    assert "Carol" in told[0]


def test_the_identity_tells_what_changes_replies() -> None:
    assert Rehearsal().identity == Rehearsal(latency=2.0).identity != Rehearsal(flaws=0.5).identity
    assert re.fullmatch(r"rehearsal:[0-9a-f]{8}\?flaws=0\.15", Rehearsal().identity)
    assert connect(ModelSpec.parse("rehearsal?flaws=0.5")).identity == Rehearsal(flaws=0.5).identity


async def test_replies_are_counted() -> None:
    reply = await Rehearsal().complete(asked(system("Ann", INES, ["Bob"]), "Ann", []))
    assert 3 < reply.completion_tokens < 80
    assert 300 < reply.prompt_tokens < 1200


async def test_without_a_persona_it_still_talks() -> None:
    for text in ("You are helpful.", ""):
        parts = [Part(Role.SYSTEM, Kind.INSTRUCTIONS, text)] if text else []
        request = Request("r", "r", (*parts, Part(Role.USER, Kind.TURN, "Do you have a garden?")))
        assert len((await say(request)).split()) > 3


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        ("What's your name?", "Ann"),
        ("Hi, how are you?", "|".join(line.text[:12] for line in lexicon().talk["feeling"])),
        ("My dog died last week.", "|".join(line.text[:12] for line in lexicon().talk["grave"])),
        ("Where are you from?", "Busan"),
    ],
)
async def test_other_peoples_words_are_understood_as_far_as_they_go(heard: str, expected: str) -> None:
    reply = await say(asked(system("Ann", INES, ["Bob"]), "Ann", [("Bob", heard)]))
    assert re.search(expected, reply), reply


def test_what_is_to_come_up_comes_up_first() -> None:
    you = "# You\nYou are Ann.\n\nWhat is true of you:\n- I have two cats.\n- I play the violin.\n- I grow tomatoes.\n"
    asked = brief(
        you + "\nWhat to let come up in this conversation, in other words, once it fits: I play the violin.\n"
    )
    heard = History((Turn("Bo", "It is a lovely day, and I bake bread."),))

    def told(me: Brief) -> Counter[str]:
        texts = [speak(me, heard, seed, 0.0) for seed in range(40)]
        return Counter(word for text in texts for word in ("cat", "violin", "tomato") if word in text)

    plain, focused = told(brief(you)), told(asked)
    assert focused["violin"] > 2 * plain["violin"]
    assert focused["cat"] == focused["tomato"] == 0


def test_with_nature_a_trait_shows_the_more_often_the_further_it_is_from_the_middle() -> None:
    heard = History((Turn("Bo", "It is a lovely day, and I bake bread."),))
    asides = {line.text for pole in ("high", "low") for line in lexicon().nature["neuroticism", pole]}

    def shown(level: int, nature: float) -> int:
        me = brief(
            f"# You\nYou are Ann. You are so (neuroticism {level:+d}).\n\nWhat is true of you:\n- I have cats.\n"
        )
        texts = [speak(me, heard, seed, 0.0, nature=nature) for seed in range(60)]
        return sum(aside in text for text in texts for aside in asides)

    often = [shown(level, 0.8) for level in (0, 2, -5)]
    assert often[0] == 0
    assert 8 < often[1] < often[2] - 8
    assert shown(-5, 0.0) < often[1]


def test_nature_is_a_share_and_part_of_the_identity() -> None:
    assert Rehearsal(nature=0.5).identity == f"{Rehearsal().identity}&nature=0.5"
    with pytest.raises(Mistake, match=r"nature=1\.5 is not a share"):
        Rehearsal(nature=1.5)
