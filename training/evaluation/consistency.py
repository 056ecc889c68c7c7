"""Do a model's replies follow from the profile of who speaks? The C-score, by natural language inference."""

import asyncio
from collections import Counter
from collections.abc import Sequence

from ...critics.language import speaks
from ...models.scorer import Inference, Nli, Pair, entails
from .bench import Bench
from .sample import Lacking, Samples, per_dialogue, ratio
from .subject import Subject

C_SCORE = "C-score"
ABOUT = "profile sentences that a reply entails, less those that it contradicts; mean over replies"
NO_NLI = (
    "no NLI model is there: name a folder, a hub name or `lexical` by --nli; `lexical` finds plain contradictions and "
    "repetitions in English"
)


def c_score(subject: Subject, bench: Bench) -> list[Samples]:
    """C(u) = sum over the speaker's profile sentences p of NLI(u, p), mean over replies u (Madotto et al. 2019).

    NLI is +1 where the reply, as premise, entails the sentence, -1 where it contradicts it, 0 otherwise: the label of
    the highest probability. The replies are those that `Bench.asked` asks for; a speaker without profile is left out.
    Raises Lacking without an NLI model that knows entailment, and without anybody of a profile in its language.
    """
    if bench.nli is None:
        raise Lacking(NO_NLI)
    if not entails(bench.nli):
        raise Lacking(f"{bench.nli.name} finds contradictions alone, and the C-score counts entailment, too")
    cues = [cue for cue in bench.asked if cue.persona.sentences and speaks(bench.nli, cue.persona.language)]
    if not cues:
        raise Lacking(f"no speaker has a profile in a language of {bench.nli.name}")
    scores = scored(subject.answers(cues), [cue.persona.sentences for cue in cues], bench.nli)
    counts = Counter(sign for reply in scores for sign in reply)
    return [
        Samples(
            C_SCORE,
            per_dialogue([(cue.dialogue, float(sum(reply))) for cue, reply in zip(cues, scores, strict=True)]),
            ratio,
            resampling="sums",
            about=f"{ABOUT}, by {bench.nli.name}",
            detail={"entailed": counts[1], "neutral": counts[0], "contradicted": counts[-1], "replies": len(cues)},
        )
    ]


def scored(replies: Sequence[str], profiles: Sequence[Sequence[str]], nli: Nli) -> list[list[int]]:
    """For each reply +1, 0 or -1 of each sentence of its profile. An empty reply says nothing: 0."""
    held = [(reply, own) for reply, own in zip(replies, profiles, strict=True) if reply.strip()]
    asked: list[Pair] = list(dict.fromkeys((reply, sentence) for reply, own in held for sentence in own))
    signs = dict(zip(asked, map(sign, asyncio.run(nli.infer(asked))), strict=True))
    return [[signs.get((reply, sentence), 0) for sentence in own] for reply, own in zip(replies, profiles, strict=True)]


def sign(inference: Inference) -> int:
    """+1 for entailment, -1 for contradiction, 0 for neither, by the highest probability; neutral wins a tie."""
    highest = max(inference)
    if inference.neutral == highest:
        return 0
    return 1 if inference.entailment == highest else -1
