"""Statements that contradict their own speaker's profile are found, and what cannot is not asked."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tertulia.critics import Abstention, Panel, Sees, Why
from tertulia.critics.conformance import check_critic
from tertulia.critics.experts.persona_consistency import PersonaConsistency
from tertulia.models.errors import Mistake
from tertulia.models.local import connect_embedder, connect_nli
from tertulia.models.scorer import Inference, Pair
from tertulia.personas.consistency.lexical import LexicalNli

from ..models.test_local_inference import tiny_bert
from .conftest import case_of, members, talk, verdict

SHARED = Path(__file__).parents[3] / "shared" / "models" / "nli-minilm"
VEGAN = ("I am a vegan.", "I have two cats.", "I live in Lisbon.")
BO = ("I bake rye bread on Sundays.",)
SAID = (
    "Hi! Do you hate cats?",
    "Not at all.",
    "Me neither. I eat meat every day. It's the best thing there is.",
    "I see.",
    "Thank you so much! I have three cats. I like the sea.",
)


class Noting(LexicalNli):
    """Keeps what it is asked."""

    def __init__(self) -> None:
        self.pairs: list[Pair] = []

    async def infer(self, pairs: Sequence[Pair]) -> list[Inference]:
        self.pairs += pairs
        return await super().infer(pairs)


def lexical(**options: object) -> PersonaConsistency:
    return PersonaConsistency(**{"ask": "statements", "nli": LexicalNli(), **options})  # type: ignore[arg-type]


async def test_each_pair_is_named_with_its_turn_sentence_and_statement() -> None:
    answer = await verdict(lexical(), talk(*SAID, profiles=(VEGAN, BO)))
    found = [(finding.turn, finding.seat, finding.sentence, finding.span) for finding in answer.findings]
    assert found == [(2, "a", VEGAN[0], "I eat meat every day."), (4, "a", VEGAN[1], "I have three cats.")]
    assert answer.findings[0].text == "contradicts the profile sentence 'I am a vegan.' (P 0.95)"
    assert not answer.approve
    assert answer.score == pytest.approx(1 / 3)
    assert answer.figures["a/contradictions"] == 2
    assert list(answer.advice) == ["a"]
    assert all(text in answer.advice["a"] for text in (VEGAN[0], "I eat meat every day.", VEGAN[1]))


async def test_more_than_so_many_are_too_many() -> None:
    said = talk(*SAID, profiles=(VEGAN, BO))
    assert (await verdict(lexical(allowed=2), said)).approve
    one = talk(*SAID[:3], profiles=(VEGAN, BO))
    assert (await verdict(lexical(), one)).approve
    assert len((await verdict(lexical(), one)).findings) == 1
    assert not (await verdict(lexical(allowed=0), one)).approve
    assert (await verdict(lexical(threshold=0.94), said)).findings != ()
    assert (await verdict(lexical(threshold=0.95), said)).findings == ()


async def test_an_utterance_and_a_sentence_are_one_pair_however_often_it_says_so() -> None:
    twice = talk("I eat meat every day. My favourite meal is steak, and I eat beef.", profiles=(VEGAN, BO))
    assert (await verdict(lexical(), twice)).figures["a/contradictions"] == 1
    again = talk("I eat meat every day.", "Oh.", "I eat meat every day!", profiles=(VEGAN, BO))
    nli = Noting()
    assert [f.turn for f in (await verdict(lexical(nli=nli), again)).findings] == [0, 2]
    assert len(nli.pairs) == len(VEGAN)


async def test_questions_pleasantries_and_what_is_not_about_oneself_are_not_asked() -> None:
    nli = Noting()
    await verdict(lexical(nli=nli), talk(*SAID, profiles=(VEGAN, BO)))
    statements = dict.fromkeys(statement for _, statement in nli.pairs)
    assert list(statements) == ["I eat meat every day.", "I have three cats.", "I like the sea."]
    assert {sentence for sentence, _ in nli.pairs} == set(VEGAN)
    everything = Noting()
    answer = await verdict(lexical(nli=everything, ask="all"), talk(*SAID, profiles=(VEGAN, BO)))
    assert {"Do you hate cats?", "Thank you so much!", "It's the best thing there is."} <= {
        b for _, b in everything.pairs
    }
    assert answer.figures["a/pairs asked"] == len(everything.pairs) == 8 * len(VEGAN)


async def test_only_what_is_alike_is_asked() -> None:
    nli = Noting()
    near = PersonaConsistency(embedder=connect_embedder(device="cpu"), nli=nli)
    said = talk(*SAID, profiles=(VEGAN, BO))
    answer = await verdict(near, said)
    assert (VEGAN[0], "I eat meat every day.") in nli.pairs
    assert (VEGAN[1], "I have three cats.") in nli.pairs
    assert "I like the sea." not in {statement for _, statement in nli.pairs}
    assert answer.figures["a/contradictions"] == 2
    every = PersonaConsistency(near=-1.0, embedder=connect_embedder(device="cpu"), nli=LexicalNli())
    assert (await verdict(every, said)).figures["a/pairs asked"] == 3 * len(VEGAN)


def test_an_embedder_is_needed_only_to_ask_what_is_alike() -> None:
    entry = {"use": "persona-consistency", "options": {"ask": "statements"}}
    Panel(members(entry), services={"nli": LexicalNli()})
    with pytest.raises(Mistake, match="needs 'embedder'"):
        Panel(members("persona-consistency"), services={"nli": LexicalNli()})
    with pytest.raises(Mistake, match="option 'ask'"):
        Panel(members({"use": "persona-consistency", "options": {"ask": "some"}}), services={})


async def test_where_a_language_leaves_out_the_speaker_every_statement_is_one() -> None:
    nli = LexicalNli()
    terse = ("Vegan.", "Two cats at home.")
    answer = await verdict(lexical(nli=nli), talk("Eats meat every day.", profiles=(terse, BO)))
    assert answer.figures["a/pairs asked"] == 2
    assert (await verdict(lexical(), talk("Eats meat every day.", profiles=(VEGAN, BO)))).figures["a/pairs asked"] == 0


@pytest.mark.parametrize(
    ("critic", "language", "why"),
    [
        (lexical(), "eo", "no words of the language 'eo'"),
        (lexical(ask="all"), "eo", "'lexical' knows en, not 'eo'"),
        (lexical(), "ko", "'lexical' knows en, not 'ko'"),
    ],
)
async def test_it_abstains_where_it_does_not_know_the_language(
    critic: PersonaConsistency, language: str, why: str
) -> None:
    answer = await critic.review(case_of(talk("Saluton!", language=language), Sees.OWN_PERSONAS))
    assert isinstance(answer, Abstention)
    assert answer.kind is Why.NOT_APPLICABLE
    assert why in answer.why


async def test_who_has_no_profile_contradicts_nothing() -> None:
    answer = await lexical().review(case_of(talk("I eat meat.", profiles=((), BO)), Sees.OWN_PERSONAS))
    assert answer == Abstention(Why.NOT_APPLICABLE, "seat 'a' has no profile")


async def test_a_model_that_tells_contradictions_alone_will_do(tmp_path: Path) -> None:
    nli = connect_nli(str(tiny_bert(tmp_path / "two", num_labels=2)), device="cpu")
    said = talk("I have no pets. I love tea.", profiles=(("I have two cats.",), BO))
    pairs = [("I have two cats.", "I have no pets."), ("I have two cats.", "I love tea.")]
    highest = max(answer.contradiction for answer in await nli.infer(pairs))
    flagged = await verdict(lexical(nli=nli, threshold=highest - 0.0005, allowed=0), said)
    assert not flagged.approve
    assert (await verdict(lexical(nli=nli, threshold=highest + 0.0005, allowed=0), said)).approve


async def test_it_conforms() -> None:
    await check_critic(lexical())
    await check_critic(PersonaConsistency(embedder=connect_embedder(device="cpu"), nli=LexicalNli()))


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the small NLI model at ../shared/models/nli-minilm")
async def test_a_real_model_finds_what_was_planted_between_other_words() -> None:
    nli, embedder = connect_nli(str(SHARED), device="cpu"), connect_embedder(device="cpu")
    said = talk(
        "That makes sense! I swim in the lake every weekend. It sounds like you're really passionate about your work.",
        profiles=(("I cannot swim.", "I draw birds."), BO),
    )
    answer = await verdict(PersonaConsistency(allowed=0, embedder=embedder, nli=nli), said)
    assert [(f.sentence, f.span) for f in answer.findings] == [("I cannot swim.", "I swim in the lake every weekend.")]
