"""Does a model find the real reply among others? hits@1 of 20 candidates.

The 19 others are real replies, too: of other dialogues of the test set, the same ones for every model. A candidate is
ranked by the mean of its tokens' log probabilities, as generative models are in ParlAI: by the sum the shortest one
would win. (Zhang et al. 2018, section 4: 19 distractors.)
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ...models.request import Role
from ...models.stream import stream
from ..data.masking import Tokens, tokenise
from ..example import Example, Message
from .bench import Bench, Cue
from .sample import Lacking, Samples, per_dialogue, percent
from .subject import Subject

if TYPE_CHECKING:
    from .scoring import Piece

CANDIDATES = 20
HITS = "hits@1"
ABOUT = (
    "share of replies that are ranked first among 20 real ones, 19 of other dialogues, in percent; chance 5; first "
    "places are shared by those that are as high"
)
EVERY = 20
"""Replies between two reports of how far it is."""


def measure(subject: Subject, bench: Bench) -> list[Samples]:
    """hits@1 in percent. Raises Lacking where the test set has no 19 other replies."""
    cues = bench.sampled(bench.ranked, "ranking")
    found: list[tuple[str, float]] = []
    for number, (cue, candidates) in enumerate(candidates_of(cues, bench), 1):
        scores = ranked(subject, cue, candidates)
        found.append((cue.dialogue, hit(scores)))
        if number % EVERY == 0 or number == len(cues):
            bench.progress(subject.label, HITS, number, len(cues))
    about = f"{ABOUT}; {len(found)} replies"
    return [Samples(HITS, per_dialogue(found), percent, resampling="sums", about=about)]


def candidates_of(cues: Sequence[Cue], bench: Bench) -> Iterator[tuple[Cue, list[str]]]:
    """Each cue with its 20 candidates, the real reply first."""
    every = sorted({(cue.reply, cue.dialogue) for cue in bench.cues})
    if not cues or len({reply for reply, _ in every}) < CANDIDATES:
        raise Lacking(f"it takes {CANDIDATES} different replies to choose from, of several dialogues")
    for cue in cues:
        chance = stream(bench.seed, "distractors", cue.id)
        yield cue, [cue.reply, *_others(cue, every, chance.sample(range(len(every)), len(every)))]


def hit(scores: Sequence[float]) -> float:
    """1 where the first of the scores is above all others, shared with those that are as high; else 0."""
    best = max(scores)
    return 1.0 / sum(score == best for score in scores) if scores[0] == best else 0.0


def ranked(subject: Subject, cue: Cue, candidates: Sequence[str]) -> list[float]:
    """The mean log probability a token of each candidate as the next reply, the token that ends it included.

    What is said before is read once, whatever the number of candidates. What does not fit into what the model reads is
    left out at the beginning of the conversation, alike for all candidates.
    """
    from .scoring import continuations

    rows, start = _rows(subject, cue, candidates)
    return continuations(subject.loaded, rows, start, subject.batch)


def _others(cue: Cue, every: Sequence[tuple[str, str]], order: Sequence[int]) -> list[str]:
    """The first 19 different replies of other dialogues that say something else."""
    found: dict[str, None] = {}
    for at in order:
        reply, dialogue = every[at]
        if dialogue != cue.dialogue and reply != cue.reply:
            found[reply] = None
        if len(found) == CANDIDATES - 1:
            return list(found)
    raise Lacking(f"dialogue {cue.dialogue}: there are no {CANDIDATES - 1} other replies of other dialogues")


def _rows(subject: Subject, cue: Cue, candidates: Sequence[str]) -> "tuple[list[Piece], int]":
    """(the conversation with each candidate, of which its tokens alone are learned; how many tokens are read once)."""
    from .scoring import Piece, too_long

    prompt = subject.prompt(cue)
    tokens: list[Tokens] = []
    for some in ([max(candidates, key=len)], candidates):  # the longest one alone tells most of what has to go
        tokens = [_tokens(subject, cue, prompt, candidate) for candidate in some]
        while max(len(each.input_ids) for each in tokens) > subject.loaded.reads:
            prompt = _later(prompt)
            if not prompt:
                raise too_long(subject.loaded, cue.dialogue, cue.persona)
            tokens = [_tokens(subject, cue, prompt, candidate) for candidate in some]
    rows = [Piece(each.input_ids, each.learned, cue.persona.traits) for each in tokens]
    return rows, _shared(rows)


def _later(prompt: Sequence[Message]) -> tuple[Message, ...]:
    """Without the oldest utterance and what answers it; nothing where that leaves none."""
    head = 1 if prompt[0]["role"] == Role.SYSTEM else 0
    starts = (at for at in range(head + 1, len(prompt)) if prompt[at]["role"] == Role.USER)
    return next(((*prompt[:head], *prompt[at:]) for at in starts), ())


def _tokens(subject: Subject, cue: Cue, prompt: Sequence[Message], reply: str) -> Tokens:
    messages = (*prompt, {"role": Role.ASSISTANT.value, "content": reply})
    since = sum(message["role"] == Role.ASSISTANT for message in prompt)
    found = tokenise(Example(cue.dialogue, cue.seat, messages, cue.persona), subject.loaded.tokenizer, since=since)
    assert found  # without a limit nothing is left out
    return found


def _shared(rows: "Sequence[Piece]") -> int:
    """Tokens at the beginning that all rows have in common; the last one before a candidate is read with it."""
    most = min(row.learned.index(True) - 1 for row in rows)
    first = rows[0].ids
    differing = (at for at in range(most) if any(row.ids[at] != first[at] for row in rows))
    return next(differing, most)
