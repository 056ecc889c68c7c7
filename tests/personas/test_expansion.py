"""Does a set grow by what is new, the same way however many calls are in flight, and is nothing paid for twice?"""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from tertulia.corpus.ledger import Ledger
from tertulia.corpus.record import RunInfo
from tertulia.models.budget import Budget
from tertulia.models.calling import Services
from tertulia.models.client import ChatClient
from tertulia.models.errors import BudgetSpent, Mistake, ReplyRefused
from tertulia.models.local import connect_embedder
from tertulia.models.metering import Meter
from tertulia.models.request import Reply, Request, Task
from tertulia.models.scripted import Line, Script, Scripted
from tertulia.models.spec import ModelSpec
from tertulia.models.stream import stream
from tertulia.personas.difference import claim
from tertulia.personas.event import Progressed
from tertulia.personas.expansion.asking import sampling
from tertulia.personas.expansion.expanding import Expanded, expand
from tertulia.personas.expansion.reading import Flaw
from tertulia.personas.persona import ProfileSentence
from tertulia.personas.taxonomy import Category, Taxonomy

SPEC = ModelSpec.parse("scripted?function=any:function")
TAXONOMY = Taxonomy(
    (
        Category("Preference | Food", "food", "psychographic", False, ("bread", "soup"), "What one likes to eat."),
        Category("Possession | Animal", "animal", "demographic", False, ("cat", "dog"), "Which animals one keeps."),
    )
)
GIVEN = [
    "I have two cats.", "I have a black cat.", "I have an old cat.", "I like to eat soup.", "I like to eat hot soup.",
    "I like to eat bread and soup.", "My sister is a nurse.",
]  # fmt: skip
THINGS = (
    "bread",
    "honey",
    "rain",
    "chess",
    "boats",
    "maps",
    "pears",
    "snow",
    "jazz",
    "bikes",
    "lamps",
    "owls",
    "kites",
)


def chatter(request: Request) -> Line:
    """A question of each cluster, others of the kind, and answers that sometimes repeat."""
    prompt = request.messages[-1]["content"]
    rng = stream(request.seed, "chatter", prompt)
    if request.task is Task.ANSWER:
        return f"I like {rng.choice(THINGS)} and {rng.choice(THINGS)} since {rng.randrange(1950, 2000)}."
    if "Questions:" in prompt:
        return "\n".join(f"{i}. What do you think of {rng.choice(THINGS)}?" for i in range(1, 6))
    return "Which cat do you have?" if "cat" in prompt.rpartition("Sentences:")[2] else "Which soup do you eat?"


def pool(texts: Sequence[str] = GIVEN) -> list[ProfileSentence]:
    return [ProfileSentence(text=text) for text in texts]


async def grown(script: Script | str, count: int = 20, **how: object) -> tuple[Expanded, Scripted]:
    endpoint = Scripted(script)
    client = ChatClient(endpoint, SPEC)
    known = pool(how.pop("texts", GIVEN))  # type: ignore[arg-type]
    options = {"embedder": connect_embedder("lexical"), "taxonomy": TAXONOMY, "count": count, **how}
    return await expand(client, known, **options), endpoint  # type: ignore[arg-type]


async def test_a_set_grows_by_new_sentences_with_categories() -> None:
    found, _ = await grown(chatter)
    texts = [sentence.text for sentence in found.added]
    assert len(texts) == len(set(texts)) == 20
    assert not set(texts) & set(GIVEN)
    assert [sentence.text for sentence in found.given] == GIVEN
    assert found.given[0].category == "Possession | Animal"
    assert found.given[3].category == "Preference | Food"
    assert (found.before.sentences, found.after.sentences) == (7, 27)
    assert found.before.mean_words == pytest.approx(sum(len(text.split()) for text in GIVEN) / 7)
    assert found.after.mean_words == pytest.approx(sum(len(text.split()) for text in texts) / 20)
    assert not found.dry


async def test_the_result_does_not_depend_on_what_is_in_flight() -> None:
    async def out_of_order(request: Request) -> str:
        for _ in range(stream(request.seed, "delay").randrange(20)):
            await asyncio.sleep(0)
        return str(chatter(request))

    one, _ = await grown(chatter, concurrency=1)
    many, _ = await grown(out_of_order, concurrency=16)
    assert one == many
    other, _ = await grown(chatter, seed=1)
    assert other.added != one.added


async def test_no_two_sentences_are_too_close() -> None:
    found, _ = await grown(lambda request: str(chatter(request)).partition(" since")[0], count=40, too_close=0.7)
    texts = [*GIVEN, *(sentence.text for sentence in found.added)]
    vectors = await connect_embedder("lexical").embed(texts)
    for index in range(len(GIVEN), len(vectors)):
        same = [before for before in range(index) if claim(texts[before]) == claim(texts[index])]
        assert not same or (vectors[same] @ vectors[index]).max() <= 0.7 + 1e-4
    close = [one for one in found.rejected if one.why is Flaw.CLOSE]
    assert close
    assert all(one.detail and one.question for one in close)


async def test_questions_come_from_clusters_and_multiply_without_repeating() -> None:
    found, endpoint = await grown(chatter, queries=8)
    asked = [request for request in endpoint.requests if request.task is Task.QUESTION]
    prompts = [request.messages[-1]["content"] for request in asked]
    induced = [prompt.rpartition("Sentences:")[2] for prompt in prompts if "Sentences:" in prompt]
    assert len(induced) == 2
    assert all(sum(f"- {text}" in prompt for text in GIVEN) == 3 for prompt in induced)
    assert set(found.queries[: found.induced]) == {"Which cat do you have?", "Which soup do you eat?"}
    assert len(found.queries) == len(set(found.queries)) == 8
    answered = {request.messages[-1]["content"].rpartition("Question: ")[2] for request in endpoint.requests}
    assert set(found.queries) <= answered


async def test_no_cluster_of_three_is_no_obstacle() -> None:
    found, _ = await grown(chatter, 5, texts=["I sail.", "My cat is old.", "We never bake bread.", "Snow!"])
    assert found.induced == 1
    assert len(found.added) == 5


async def test_steps_bound_the_questions() -> None:
    found, endpoint = await grown(chatter, queries=7, steps=0)
    assert len(found.queries) == found.induced == 2
    assert not any("Questions:" in request.messages[-1]["content"] for request in endpoint.requests)


async def test_a_model_that_repeats_itself_runs_dry() -> None:
    def stubborn(request: Request) -> str:
        return "I like pears." if request.task is Task.ANSWER else str(chatter(request))

    found, endpoint = await grown(stubborn, count=30)
    assert [sentence.text for sentence in found.added] == ["I like pears."]
    assert found.dry
    assert len(endpoint.requests) < 400


async def test_refused_and_unusable_replies_are_kept_with_their_reason() -> None:
    def moody(request: Request) -> Line:
        mood = request.seed % 3 if request.task is Task.ANSWER else 2
        return [ReplyRefused("content filter"), "She has a dog.", chatter(request)][mood]  # type: ignore[return-value]

    found, _ = await grown(moody)
    whys = {one.why for one in found.rejected}
    assert {Flaw.REFUSED, Flaw.PERSON} <= whys
    assert {one.text for one in found.rejected if one.why is Flaw.PERSON} == {"She has a dog."}
    assert len(found.added) == 20


async def test_replies_without_any_question_are_told() -> None:
    with pytest.raises(Mistake, match="no question"):
        await grown("I would rather not.")


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"count": 0}, "count"),
        ({"queries": 0}, "queries"),
        ({"too_close": 0.0}, "too_close"),
        ({"merge_above": 1.0}, "merge_above"),
        ({"texts": GIVEN[:2]}, "2 sentences are too few"),
        ({"texts": []}, "0 sentences are too few"),
    ],
)
async def test_what_cannot_be_asked_for(how: dict[str, object], says: str) -> None:
    with pytest.raises(Mistake, match=says):
        await grown(chatter, **how)  # type: ignore[arg-type]


async def test_what_was_paid_for_is_not_paid_for_again(tmp_path: Path) -> None:
    whole, endpoint = await grown(chatter)
    calls = len(endpoint.requests)
    tokens = 0

    async def attempt(limit: int | None) -> tuple[Expanded, Meter]:
        meter = Meter()
        with Ledger.open(tmp_path / "replies.sqlite") as ledger:
            ledger.begin(RunInfo("pool", {}, "", "", "0"))
            budget = Budget(tokens=limit, spent_tokens=ledger.spent().tokens)
            client = ChatClient(Scripted(costly), SPEC, Services(ledger.replies, meter, budget))
            options = {"embedder": connect_embedder("lexical"), "taxonomy": TAXONOMY, "count": 20}
            return await expand(client, pool(), **options), meter  # type: ignore[arg-type]

    def costly(request: Request) -> Reply:
        nonlocal tokens
        tokens += 100
        return Reply(str(chatter(request)), prompt_tokens=90, completion_tokens=10)

    with pytest.raises(BudgetSpent):
        await attempt(1500)
    assert 0 < tokens <= 1500
    found, meter = await attempt(None)
    assert found == whole
    assert meter.total.calls + meter.total.cached == calls
    assert tokens == 100 * calls


def test_hosted_servers_are_spared_top_k_and_a_spec_comes_first() -> None:
    assert sampling(ModelSpec.parse("ollama:llama3.1")) == {"temperature": 0.7, "top_k": 40}
    assert sampling(ModelSpec.parse("openai:gpt-4o-mini?temperature=1")) == {"temperature": 1.0}


async def test_steps_are_told() -> None:
    events: list[object] = []
    await grown(chatter, events=events.append)
    seen = [event for event in events if isinstance(event, Progressed)]
    assert list(dict.fromkeys(event.step for event in seen)) == [
        "embed", "cluster", "induce", "question", "expand", "categorise",
    ]  # fmt: skip
    assert [event.done for event in seen if event.step == "expand"][-1] == 20


async def test_other_numbers_and_a_no_are_other_facts_in_an_expansion_too() -> None:
    """Whatever the words, one answer of each number comes through, and one that denies."""
    facts = [f"I have had {number} cats." for number in range(3, 8)] + ["I have never had cats."]

    def script(request: Request) -> Line:
        if request.task is Task.ANSWER:
            return stream(request.seed, "facts").choice(facts)
        return chatter(request)

    found, _ = await grown(script, count=6, too_close=0.5)
    assert sorted(sentence.text for sentence in found.added) == sorted(facts)
