"""Who reads the Big Five: a trained reader, or a chat model with a guide."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tertulia.models import ChatClient, Mistake, ModelSpec, Request, Scripted
from tertulia.personas import BigFive, Persona, Trait
from tertulia.training.evaluation.assessor import UNREAD, ByModel, ByReader, by_model, connect_assessor, talk_of

ANN = Persona(name="Ann", traits=BigFive(extraversion=5), profile=("canary-profile",))  # type: ignore[arg-type]
LIVELY = talk_of("d1", ANN, [("How are you?", "Great! Come along!"), ("Where to?", "Dancing!")])
SILENT = talk_of("d2", ANN, [("How are you?", "")])


@dataclass
class Lengths:
    """Reads five times the number of words."""

    seen: list[str]
    unit: str = "speaker"
    name = "lengths"

    def levels(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        self.seen += texts
        return [(float(len(text.split())),) * len(Trait) for text in texts]


def test_a_reader_is_shown_what_one_seat_says_a_line_a_turn() -> None:
    seen: list[str] = []
    found = ByReader(Lengths(seen)).levels([SILENT, LIVELY])  # type: ignore[arg-type]
    assert seen == ["Great! Come along!\nDancing!"]
    assert found == [UNREAD, (4.0,) * 5]


def test_a_reader_of_single_replies_is_shown_one_at_a_time_and_their_mean_counts() -> None:
    seen: list[str] = []
    found = ByReader(Lengths(seen, "reply")).levels([LIVELY, SILENT])  # type: ignore[arg-type]
    assert seen == ["Great! Come along!", "Dancing!"]
    assert found == [(2.0,) * 5, UNREAD]


def answer(request: Request) -> str:
    """Extraversion 4 for who dances, 0 for all others; of openness nothing is seen."""
    said = "\n".join(message["content"] for message in request.messages)
    assert "canary" not in said
    levels = {trait.value: {"turns": [], "evidence": "", "level": 0} for trait in Trait}
    levels["openness"]["level"] = None  # type: ignore[assignment]
    levels["extraversion"]["level"] = 4 if "Dancing" in said else 0
    return json.dumps(levels)


def test_a_chat_model_reads_one_speaker_at_a_time_and_blind() -> None:
    made: list[Scripted] = []

    def connect() -> ChatClient:
        made.append(Scripted(answer))
        return ChatClient(made[-1], ModelSpec.parse("vllm:m"))

    assessor = ByModel("vllm:m", connect)
    calm = talk_of("d3", ANN, [("How are you?", "Fine.")])
    assert assessor.levels([LIVELY, calm, SILENT]) == [(None, 0, 4, 0, 0), (None, 0, 0, 0, 0), UNREAD]
    assert assessor.levels([calm]) == [(None, 0, 0, 0, 0)]  # again, on another event loop
    assert [len(endpoint.requests) for endpoint in made] == [2, 1]
    assert [endpoint.closed for endpoint in made] == [1, 1]


def test_what_can_not_be_read_shows_nothing() -> None:
    endpoint = partial(ChatClient, Scripted("Lovely person."), ModelSpec.parse("vllm:m"))
    assert ByModel("m", endpoint).levels([LIVELY]) == [UNREAD]


def test_a_short_string_names_a_chat_model_and_all_else_a_folder(tmp_path: Path) -> None:
    spec = ModelSpec(provider="scripted", model="x", options={"function": "json:dumps"})
    assert by_model(spec).name == "scripted:x"
    found = connect_assessor("vllm:some-model")
    assert isinstance(found, ByModel)
    assert found.name == "vllm:some-model"
    with pytest.raises(Mistake, match="rehearsal can't judge"):
        connect_assessor("rehearsal")
    with pytest.raises(Mistake, match="train classifier"):
        connect_assessor(str(tmp_path / "nowhere"))
