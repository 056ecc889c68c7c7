"""How far is the personality that a model shows from the one that it was prompted with? Measured on three tests."""

from collections.abc import Callable, Iterator, Sequence
from statistics import fmean

from ...critics.assessment import rounded
from ...personas import BigFive, Trait
from . import interviewing
from .assessor import UNREAD, Levels, Talk, talk_of
from .bench import Bench
from .heatmap import Cell, tables, to_json
from .interviewing import Interview
from .reading import NO_READER
from .sample import Lacking, Samples, per_dialogue, ratio
from .subject import Subject

SCRIPTED, OPEN, NEW = "trait error", "trait error (questions)", "trait error (new)"
SET = "trait error (new, set trait)"
ABOUT_SET = "of the one trait that is not 0; chance 3.5, of who shows nothing"
HEAT_MAP = "heat map"
"""Under this name `Samples.detail` holds the tables of the five traits."""
NO_TRAITS = "no speaker has levels of the Big Five"
NOBODY = "nobody answers anything in these dialogues"
_DISTANCE = "mean distance, 0 to 10, of the levels that are read from those that were prompted"


def on_script(subject: Subject, bench: Bench) -> list[Samples]:
    """Scripted dialogue: the model takes the turns of one seat, given the others' real turns (Liu et al. 2024).

    Raises Lacking without a reader, and without anybody who has Big Five levels.
    """
    return measured(SCRIPTED, "on replies to real turns", subject, bench, interviewing.on_script, NO_TRAITS)


def on_questions(subject: Subject, bench: Bench) -> list[Samples]:
    """Open questions, put to speakers with Big Five levels (Liu et al. 2024). Raises Lacking as `on_script` does."""
    return measured(OPEN, "on open questions", subject, bench, interviewing.on_questions, NO_TRAITS)


def on_new_personalities(subject: Subject, bench: Bench) -> list[Samples]:
    """New personalities (Liu et al. 2024): a trait at -5, -2, 2 or 5, the others at 0, on real turns and questions.

    Of all five traits, then of the one that is not 0: of the others a model that shows nothing gets near to 0. Raises
    Lacking without a reader.
    """
    about = "on personalities that nobody has, one trait at -5, -2, 2 or 5 and the others at 0"
    return measured(NEW, about, subject, bench, interviewing.on_new_personalities, NOBODY)


def measured(
    measure: str, about: str, subject: Subject, bench: Bench, chosen: Callable[[Bench], list[Interview]], nobody: str
) -> list[Samples]:
    """All that a speaker answers is read together; each of the Big Five counts, also those that are 0."""
    if bench.reader is None:
        raise Lacking(NO_READER)
    if not (interviews := chosen(bench)):
        raise Lacking(nobody)
    read = bench.reader.levels(talks(subject, interviews))
    shown = to_json(tables(bench.reader.name, cells(interviews, read)))
    detail = {HEAT_MAP: shown, "speakers": len(interviews), "unseen": sum(levels.count(None) for levels in read)}
    far = [(each, distances(each.traits, levels)) for each, levels in zip(interviews, read, strict=True)]
    every = per_dialogue([(each.dialogue, one) for each, found in far for one in found.values()])
    alone = per_dialogue([(each.dialogue, found[each.new]) for each, found in far if each.new])
    nothing = fmean(one for each in interviews for one in distances(each.traits, UNREAD).values())
    told = f"{_DISTANCE}, {about}, by {bench.reader.name}; chance {nothing:.2f}, of who shows nothing"
    return [
        Samples(measure, every, ratio, "lower", "sums", told, detail=detail),
        *([Samples(SET, alone, ratio, "lower", "sums", ABOUT_SET)] if alone else []),
    ]


def talks(subject: Subject, interviews: Sequence[Interview]) -> list[Talk]:
    """What each speaker answers, in the model's words; all are written at once, in full batches."""
    answers = iter(subject.answers([cue for interview in interviews for cue in interview.cues]))
    said = ([(cue.messages[-1]["content"], next(answers)) for cue in interview.cues] for interview in interviews)
    return [
        talk_of(interview.cues[0].id, interview.persona, exchanges)
        for interview, exchanges in zip(interviews, said, strict=True)
    ]


def distances(prompted: BigFive, levels: Levels) -> dict[Trait, float]:
    """|prompted - read| of each trait; one that shows in nothing is read as 0."""
    return {trait: abs(prompted.level(trait) - (level or 0.0)) for trait, level in zip(Trait, levels, strict=True)}


def cells(interviews: Sequence[Interview], read: Sequence[Levels]) -> Iterator[Cell]:
    """For the heat maps: of a new personality the trait that is not 0 alone, of others all five."""
    for interview, levels in zip(interviews, read, strict=True):
        for trait, level in zip(Trait, levels, strict=True):
            if interview.new in (None, trait):
                yield trait, interview.traits.level(trait), None if level is None else rounded(level)
