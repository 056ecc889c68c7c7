"""hits@1: the beginning is read once, and each candidate scored as if it were read whole."""

from dataclasses import replace

import pytest
import torch

from tertulia.training.data.masking import tokenise
from tertulia.training.evaluation.bench import Bench, Cue
from tertulia.training.evaluation.ranking import CANDIDATES, candidates_of, hit, measure, ranked
from tertulia.training.evaluation.sample import Lacking
from tertulia.training.evaluation.subject import Subject
from tertulia.training.example import Example, Form, Message

from .micro import bench, personal, subject

TALKS = bench(12)


def whole(asked: Subject, cue: Cue, prompt: tuple[Message, ...], reply: str) -> float:
    """The mean log probability of a reply's tokens, from one forward over the whole conversation."""
    example = Example(cue.dialogue, cue.seat, (*prompt, {"role": "assistant", "content": reply}), cue.persona)
    tokens = tokenise(example, asked.loaded.tokenizer, since=len(example.replies) - 1)
    assert tokens
    given = {"traits": torch.tensor([TRAITS])} if asked.loaded.personality else {}
    with torch.inference_mode():
        logits = asked.loaded.model(input_ids=torch.tensor([tokens.input_ids]), **given).logits[0]
    logs = torch.log_softmax(logits[:-1].double(), dim=-1)
    places = [at for at, learned in enumerate(tokens.learned) if learned]
    return float(sum(logs[at - 1, tokens.input_ids[at]] for at in places)) / len(places)


TRAITS = [0.0, 0.0, -3.0, 0.0, 0.0]


@pytest.mark.parametrize("form", [Form.CHAT, Form.PAIRS])
@pytest.mark.parametrize("batch", [3, 20])
def test_reading_the_beginning_once_gives_what_reading_all_gives(form: Form, batch: int) -> None:
    asked = subject(form=form)
    asked.batch = batch
    for cue, candidates in candidates_of(TALKS.cues[3:5], TALKS):
        expected = [whole(asked, cue, asked.prompt(cue), reply) for reply in candidates]
        assert ranked(asked, cue, candidates) == pytest.approx(expected, abs=1e-5)


def test_a_personality_goes_with_every_candidate() -> None:
    asked = subject()
    asked.loaded = personal()
    cue = next(cue for cue in TALKS.cues if cue.persona.traits and cue.persona.traits.extraversion == -3)
    candidates = [cue.reply, "Something else.", "Hm."]
    expected = [whole(asked, cue, asked.prompt(cue), reply) for reply in candidates]
    assert ranked(asked, cue, candidates) == pytest.approx(expected, abs=1e-5)


def test_what_does_not_fit_goes_at_the_beginning_alike_for_all_candidates() -> None:
    asked = subject()
    cue = TALKS.cues[4]
    turns = tuple({"role": role, "content": f"{n} small talk"} for n in range(40) for role in ("user", "assistant"))
    long = replace(cue, messages=(*turns, {"role": "user", "content": "And now?"}))
    candidates = ["Short.", "A candidate of many more words, so that it needs most of the room that there is."]
    head, *rest = asked.prompt(long)
    fitting = next(
        (head, *rest[start:])
        for start in range(0, len(rest), 2)
        if max(length(asked, long, (head, *rest[start:]), reply) for reply in candidates) <= asked.loaded.reads
    )
    assert 1 < len(fitting) < 1 + len(rest)
    expected = [whole(asked, long, fitting, reply) for reply in candidates]
    assert ranked(asked, long, candidates) == pytest.approx(expected, abs=1e-5)


def length(asked: Subject, cue: Cue, prompt: tuple[Message, ...], reply: str) -> int:
    example = Example(cue.dialogue, cue.seat, (*prompt, {"role": "assistant", "content": reply}), cue.persona)
    tokens = tokenise(example, asked.loaded.tokenizer)
    assert tokens
    return len(tokens.input_ids)


def test_the_candidates_are_the_real_reply_and_19_others_of_other_dialogues() -> None:
    own = {cue.dialogue: {other.reply for other in TALKS.cues if other.dialogue == cue.dialogue} for cue in TALKS.cues}
    drawn = list(candidates_of(TALKS.cues, TALKS))
    for cue, candidates in drawn:
        assert candidates[0] == cue.reply
        assert len(set(candidates)) == CANDIDATES
        assert own[cue.dialogue].isdisjoint(candidates[1:])
    assert [found for _, found in drawn] == [found for _, found in candidates_of(TALKS.cues, bench(12))]
    assert drawn[0][1] != next(candidates_of(TALKS.cues, bench(12, seed=1)))[1]


def test_a_hit_is_shared_with_who_is_as_high() -> None:
    assert [hit([2.0, 1.0]), hit([1.0, 2.0]), hit([2.0, 2.0, 1.0]), hit([1.0] * 20)] == [1.0, 0.0, 0.5, 0.05]


def test_the_share_of_hits_is_in_percent_and_dialogue_by_dialogue() -> None:
    few = Bench(TALKS.dialogues, ranked=6)
    [found] = measure(subject(), few)
    cues = few.sampled(6, "ranking")
    hits = [hit(ranked(subject(), cue, candidates)) for cue, candidates in candidates_of(cues, few)]
    assert found.value == pytest.approx(100 * sum(hits) / 6)
    assert set(found.by_dialogue) == {cue.dialogue for cue in cues}
    assert "chance 5; first places are shared" in found.about


def test_too_few_replies_to_choose_from_say_so() -> None:
    with pytest.raises(Lacking, match="20 different replies"):
        measure(subject(), bench(2))
