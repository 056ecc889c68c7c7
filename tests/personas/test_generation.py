"""A pool of profile sentences, asked of a model that says what the test wants."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from tertulia.models.calling import Services
from tertulia.models.client import ChatClient
from tertulia.models.errors import Mistake, ReplyRefused, ServerDown
from tertulia.models.local.lexical import LexicalEmbedder
from tertulia.models.request import Request, Task
from tertulia.models.scorer import Inference, Pair
from tertulia.models.scripted import Line, Scripted
from tertulia.models.spec import ModelSpec
from tertulia.personas.event import Progressed
from tertulia.personas.generation import Filter, Generated, generate
from tertulia.personas.persona import ProfileSentence
from tertulia.personas.taxonomy import Category, Taxonomy

EMBEDDER = LexicalEmbedder()
VERBS = ("adore", "collect", "paint", "study", "repair")


def category(path: str, *, sentences: int = 5) -> Category:
    key = path.split(" | ")[-1].lower()
    examples = tuple(ProfileSentence(text=f"I {verb} {key}s.", entity=f"{key}s") for verb in VERBS[:sentences])
    return Category(path, key, "psychographic", False, (f"red {key}", f"blue {key}"), f"any {key}", examples)


BOAT, LAMP, STONE = (category(path) for path in ("Things | Boat", "Things | Lamp", "Things | Stone"))
TAXONOMY = Taxonomy((BOAT, LAMP, STONE))


class Agrees:
    """NLI for which every sentence is about what is asked, but one that holds `off topic`."""

    name = "agrees"

    async def infer(self, pairs: list[Pair]) -> list[Inference]:
        return [Inference(0.0, 0.0, 1.0) if "off topic" in text else Inference(0.9, 0.05, 0.05) for text, _ in pairs]


def asked_of(request: Request) -> str:
    """The key of the wanted category: the last one of the prompt."""
    return request.messages[-1]["content"].rpartition("Entity key: ")[2].splitlines()[0]


def fresh(request: Request) -> str:
    """Five sentences that no other call gives."""
    rng, key = Random(f"{request.seed} {asked_of(request)}"), asked_of(request)
    words = ["".join(rng.choices("bcdfghklmnprstvz", k=9)) for _ in range(5)]
    values = [f"{word[::-1]} {key}" for word in words]
    return "\n".join(f"I {word} my {value}. ({key}: {value})" for word, value in zip(words, values, strict=True))


def client(script: Callable[[Request], Line] | str, model: str = "rehearsal") -> tuple[ChatClient, Scripted]:
    endpoint = Scripted(script)
    return ChatClient(endpoint, ModelSpec.parse(model), Services()), endpoint


async def made(script: Callable[[Request], Line] | str, count: int, **how: object) -> Generated:
    given = {"seed": 3, "taxonomy": TAXONOMY, "embedder": EMBEDDER, "nli": Agrees(), **how}
    categories = given.pop("categories", TAXONOMY.categories)
    return await generate(client(script)[0], categories, count=count, **given)  # type: ignore[arg-type]


async def test_the_prompt_is_one_block_of_another_category_and_one_left_open() -> None:
    chat, endpoint = client(fresh)
    await generate(chat, [BOAT], count=1, seed=3, taxonomy=TAXONOMY, embedder=EMBEDDER, nli=Agrees())
    (request,) = endpoint.requests
    first, second = request.messages[-1]["content"].split("\n\n")
    other = LAMP if LAMP.path in first else STONE
    assert first.splitlines() == [
        f"Category: {other.path}", f"Entity key: {other.key}", f"About: any {other.key}",
        *(f"{n}. I {verb} {other.key}s. ({other.key}: {other.key}s)" for n, verb in enumerate(VERBS, 1)),
    ]  # fmt: skip
    assert second.splitlines()[:3] == ["Category: Things | Boat", "Entity key: boat", "About: any boat"]
    assert sorted(second.splitlines()[3].removeprefix("For example: ").split("; ")) == ["blue boat", "red boat"]
    assert second.splitlines()[4:] == ["1."]
    assert (request.task, [message["role"] for message in request.messages]) == (Task.PROFILE, ["system", "user"])


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("rehearsal", {"temperature": 0.7, "max_tokens": 128, "frequency_penalty": 0.4, "presence_penalty": 0.4}),
        ("rehearsal?max_tokens=300&temperature=1", {"temperature": 1, "max_tokens": 300}),
    ],
)
async def test_sampling_is_the_papers_unless_the_model_says_otherwise(model: str, expected: dict[str, float]) -> None:
    chat, endpoint = client(fresh, model)
    await generate(chat, [BOAT], count=1, seed=3, taxonomy=TAXONOMY, embedder=EMBEDDER, nli=Agrees())
    assert expected.items() <= endpoint.requests[0].sampling.items()


async def test_a_pool_has_as_many_sentences_as_were_asked_for_spread_evenly() -> None:
    found = await made(fresh, 31)
    assert len(found.kept) == 31
    by = [[s for s in found.kept if s.category == c.path] for c in TAXONOMY.categories]
    assert sorted(map(len, by)) == [10, 10, 11]
    assert list(found.kept) == [sentence for group in by for sentence in group]
    assert all(s.entity in s.text and s.origin == "generated" for s in found.kept)
    assert found.survival.lines == len(found.kept) + len(found.spare) + len(found.rejected)


@pytest.mark.parametrize("concurrency", [1, 16])
async def test_the_pool_does_not_depend_on_the_concurrency(concurrency: int) -> None:
    """Replies come in an order of their own, and some repeat what other calls said."""

    async def late(request: Request) -> str:
        rng = Random(request.seed)
        for _ in range(rng.randrange(20)):
            await asyncio.sleep(0)
        return fresh(replace(request, seed=rng.randrange(12)))

    found = await made(late, 60, concurrency=concurrency)
    assert found == await made(late, 60, concurrency=5)
    assert found.survival.lost[Filter.DUPLICATE] > 0
    assert found != await made(late, 60, seed=4)


async def test_every_filter_keeps_what_it_rejects_with_a_reason() -> None:
    reply = (
        "1. I have a red boat. (boat: red boat)\n2. I have a boat.\n3. I have a boat too. (boat: yacht)\n"
        "4. I am off topic in a boat. (boat: boat)\n5. I HAVE a red boat! (boat: red boat)\n6. I "
        + "sail " * 2_000
        + "(boat: sail)"
    )
    found = await made(reply, 1, categories=[BOAT])
    assert [(one.filter, one.raw.split(".")[0]) for one in found.rejected] == [
        (Filter.PARSE, "2"), (Filter.ENTITY, "3"), (Filter.CATEGORY, "4"), (Filter.DUPLICATE, "5"), (Filter.PARSE, "6"),
    ]  # fmt: skip
    assert [row.left for row in found.survival.rows] == [4, 3, 2, 1]
    assert all(one.reason and one.category == BOAT.path for one in found.rejected)
    assert found.judge == "agrees"


async def test_without_an_nli_model_the_embedder_judges() -> None:
    reply = "1. I adore red boats. (boat: red boats)\n2. I repair an old lamp. (boat: lamp)"
    found = await made(reply, 1, categories=[BOAT], nli=None)
    assert [sentence.text for sentence in found.kept] == ["I adore red boats."]
    assert [(one.filter, one.raw[:2]) for one in found.rejected] == [(Filter.CATEGORY, "2.")]
    assert found.judge == "lexical"


async def test_an_entity_may_be_a_regular_expression() -> None:
    reply = (
        "1. I write C++ (advanced) at work. (boat: C++ (advanced))\n2. My boat is called .* by all. (boat: .*)\n"
        "3. Our boat is old. (boat: .+)"
    )
    found = await made(reply, 2, categories=[BOAT])
    assert [sentence.entity for sentence in found.kept] == ["C++ (advanced)", ".*"]
    assert [one.filter for one in found.rejected] == [Filter.ENTITY]


async def test_a_category_that_gives_no_more_is_given_up_and_the_others_make_up_for_it() -> None:
    def script(request: Request) -> str:
        return "1. I have a boat. (boat: boat)" if asked_of(request) == "boat" else fresh(request)

    found = await made(script, 30)
    boat, *others = found.yields
    assert len(found.kept) == 30
    assert (boat.kept, boat.wanted, boat.spent, [one.spent for one in others]) == (1, 10, True, [False, False])
    assert f"Things | Boat: gave 1 of 10 in {boat.calls} calls, the last" in str(boat)


async def test_a_count_that_can_not_be_reached_ends() -> None:
    found = await made("1. I have a boat. (boat: boat)\n1. I have a lamp. (lamp: lamp)", 50)
    assert [sentence.text for sentence in found.kept] == ["I have a boat.", "I have a lamp."]
    assert all(one.spent for one in found.yields)


async def test_a_refusal_counts_as_a_call_that_gave_nothing() -> None:
    def script(request: Request) -> Line:
        return ReplyRefused("no") if asked_of(request) == "lamp" else fresh(request)

    found = await made(script, 6, categories=[BOAT, LAMP])
    boat, lamp = found.yields
    assert (len(found.kept), lamp.kept, lamp.refused, boat.refused) == (6, 0, lamp.calls, 0)


async def test_nothing_of_an_earlier_pool_comes_again() -> None:
    first = await made(fresh, 10)
    again = await made(fresh, 10, known=first.kept + first.spare)
    assert not {s.text for s in again.kept} & {s.text for s in first.kept + first.spare}
    assert again.survival.lost[Filter.DUPLICATE] >= 10


async def test_after_a_failure_no_call_is_begun_and_those_in_flight_are_waited_for() -> None:
    answered = []

    async def script(request: Request) -> Line:
        for _ in range(50):
            await asyncio.sleep(0)
            if request is endpoint.requests[1]:
                return ServerDown("gone")
        answered.append(request)
        return fresh(request)

    chat, endpoint = client(script)
    with pytest.raises(ServerDown, match="gone"):
        await generate(chat, TAXONOMY.categories, count=60, seed=3, taxonomy=TAXONOMY, embedder=EMBEDDER, concurrency=4)
    assert (len(endpoint.requests), len(answered)) == (4, 3)


async def test_progress_is_told() -> None:
    seen: list[object] = []
    await made(fresh, 12, events=seen.append)
    kept = [event for event in seen if isinstance(event, Progressed) and event.step == "keep"]
    assert [(event.done, event.total) for event in (kept[0], kept[-1])] == [(0, 12), (12, 12)]
    assert kept[-1].detail.startswith("I ")


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"categories": []}, "no category is named"),
        ({"count": 0}, "ask for at least one"),
        ({"categories": [category("Things | Bota")]}, "did you mean 'Things | Boat'"),
        ({"taxonomy": Taxonomy((BOAT, category("Things | Lamp", sentences=0)))}, "no category beside 'Things | Boat'"),
    ],
)
async def test_mistakes(how: dict[str, object], said: str) -> None:
    with pytest.raises(Mistake, match=said):
        await made(fresh, **{"count": 5, "categories": [BOAT], **how})  # type: ignore[arg-type]


async def test_a_model_without_entailment_is_refused_before_the_first_call() -> None:
    class Detector(Agrees):
        entails = False

    chat, endpoint = client(fresh)
    with pytest.raises(Mistake, match=r"'agrees' can't tell what a sentence is about.*three-way NLI model"):
        await generate(chat, [BOAT], count=5, seed=3, taxonomy=TAXONOMY, embedder=EMBEDDER, nli=Detector())
    assert endpoint.requests == []
