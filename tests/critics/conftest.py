"""Dialogues, said in a line."""

from collections.abc import Iterable, Sequence

from tertulia.agents import Dialogue, Member, Turn
from tertulia.critics import Case, Limits, PanelMember, Sees, Verdict
from tertulia.critics.case import cases
from tertulia.critics.critic import Critic
from tertulia.critics.panel import UNLIMITED
from tertulia.personas import Persona

ANN = ("I draw birds for a museum.", "My brother sails a red boat.")
BO = ("I have two grey cats.", "I bake rye bread on Sundays.")


def talk(
    *texts: str,
    profiles: Sequence[Sequence[str]] = (ANN, BO),
    names: Sequence[str] = ("Ann", "Bo"),
    order: Sequence[int] = (),
    language: str = "en",
    id: str = "d1",
) -> Dialogue:
    """A dialogue of these utterances; the seats a, b, ... take turns unless `order` says who speaks."""
    seats = "abcdefgh"[: len(names)]
    people = zip(seats, names, profiles, strict=True)
    cast = tuple(Member(seat, Persona(name=name, profile=tuple(profile))) for seat, name, profile in people)
    speaks = order or [n % len(seats) for n in range(len(texts))]
    turns = tuple(Turn(seats[who], text) for who, text in zip(speaks, texts, strict=True))
    return Dialogue(id, cast, turns, language=language, seed=3)


def case_of(dialogue: Dialogue, sees: Sees = Sees.TRANSCRIPT, limits: Limits = UNLIMITED, at: int = 0) -> Case:
    """The dialogue as a critic sees it; `at` picks the seat with OWN_PERSONAS."""
    return cases(dialogue, sees, limits)[at]


async def verdict(critic: Critic, dialogue: Dialogue, limits: Limits = UNLIMITED, at: int = 0) -> Verdict:
    """The critic's verdict on what it is shown of the dialogue."""
    answer = await critic.review(case_of(dialogue, critic.sees, limits, at))
    assert isinstance(answer, Verdict)
    return answer


def members(*entries: object) -> list[PanelMember]:
    """Panel entries as YAML has them."""
    return [PanelMember.model_validate(entry) for entry in entries]


class Nobody:
    """A corpus in which nothing was accepted yet."""

    def earlier(self) -> Sequence[Dialogue]:
        return ()

    def settled(self) -> Sequence[Dialogue]:
        return ()

    def earlier_ids(self) -> Sequence[str]:
        return [dialogue.id for dialogue in self.earlier()]

    def settled_ids(self) -> Sequence[str]:
        return [dialogue.id for dialogue in self.settled()]

    def read(self, ids: Iterable[str]) -> Sequence[Dialogue]:
        known = {dialogue.id: dialogue for dialogue in (*self.earlier(), *self.settled())}
        return [known[id] for id in ids]
