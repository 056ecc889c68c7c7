"""What would a run cost? An estimate, before anything is paid for."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from math import ceil
from pathlib import Path

from ..agents import Member
from ..agents.briefing import briefing
from ..agents.play import Play
from ..agents.script import script_parts
from ..agents.staging import Staging, language_name
from ..corpus.ledger import Ledger
from ..critics import PanelMember, Sees
from ..critics.registry import find
from ..critics.tournament.schedule import Schedule
from ..critics.tournament.seating import asking
from ..models.counting import estimate_text
from ..models.errors import Mistake
from ..models.pricing import price_of
from ..models.request import Part, Task
from ..models.spec import ModelSpec
from ..personas.meeting.pairing import WEIGHED
from ..personas.personality.selecting import ASKED, fit_parts
from ..personas.shelf import people
from .cast import EVERYDAY, Generate, Made
from .casting import Casting
from .court import asks_model, unheld
from .equipping import Equipment, equipped
from .event import Paired
from .fingerprint import judging, ordered
from .personality import selects
from .scenario import Scenario
from .simulation import staging
from .teach import Teacher

Money = tuple[float, float | None]
Tries = tuple[int, int | None]
"""(least, most); a `most` of None is open."""
REPLY = 40
"""Tokens of a spoken turn, about."""
LINES = 5
"""Profile sentences a call."""
SURVIVAL = 0.2178
"""Of them kept, in the paper."""
PROFILE_PROMPT, PROFILE_REPLY = 350, 110
"""Tokens of a call for profile sentences, about."""
NEGATE_PROMPT = 90
"""Tokens of a call for the opposite of a sentence, about."""
VERDICT = 150
"""Tokens of a verdict with its findings, about."""
CHOICE = 5
"""Tokens of a number, with some prose around it."""
EXEMPLAR = 500
"""Tokens of a dialogue shown as an exemplar, about."""


@dataclass(frozen=True, slots=True)
class Planned:
    """The calls of one task to one model, if every dialogue is accepted at once (`least`) or at the last attempt
    (`most`, None where waves are added until enough are accepted)."""

    task: Task
    model: str
    least: int
    most: int | None
    prompt_tokens: int
    """A call, on average."""
    completion_tokens: int
    usd: Money | None
    """(least, most); None where no price is known, and for a `most` that is open."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run comes to."""

    rounds: int
    jobs: int
    """A round."""
    done: int
    """Jobs that the ledger has already, all rounds."""
    calls: tuple[Planned, ...]
    missing: tuple[str, ...]
    """What is not there, and what the run does without it."""
    wrong: tuple[str, ...] = ()
    """What would end the run before anybody speaks."""
    paired: Paired | None = None
    """How many pairs may meet, where the pairing looks at that."""
    lessons: tuple[int, ...] = ()
    """After which rounds a model is taught."""

    def usd(self) -> Money | None:
        """(least, most) over all calls; None where a price is not known, and for a `most` that is open."""
        return _money(self.calls)


def plan(scenario: Scenario, output: Path | None = None, teach: Teacher | None = None) -> Plan:
    """Calls, tokens and money of the jobs that are still to do. Makes no call. `teach`: who would teach, and is asked
    if all is there for it. Raises Mistake."""
    rounds = scenario.rounds
    jobs = ceil((rounds.until_accepted or 1) / rounds.dialogues) * rounds.dialogues
    equipment = equipped(scenario)
    done = _done(scenario, output, equipment)
    left = max(0, jobs * rounds.count - done)
    tries = _tries(scenario, left)
    before = [*_peopling(scenario, output), *_selecting(scenario, left)]
    judged = [*_judging(scenario, tries, equipment), *_comparing(scenario, left)]
    own = min(left, max(0, jobs * min([*scenario.lessons, rounds.count]) - done))
    spoken = _speaking(scenario, _tries(scenario, own))
    if left > own:
        spoken = _merged([*spoken, *_speaking(_once_taught(scenario), _tries(scenario, left - own))])
    missing, wrong = tuple(_missing(scenario, equipment)), tuple(_unteachable(scenario, teach))
    return Plan(rounds.count, jobs, done, (*before, *spoken, *judged), missing, wrong, lessons=tuple(scenario.lessons))


def _tries(scenario: Scenario, jobs: int) -> Tries:
    first = jobs * scenario.rounds.candidates
    return first, None if scenario.rounds.until_accepted else first * (1 + scenario.refine.regenerate)


def _once_taught(scenario: Scenario) -> Scenario:
    """With the taught model in its seats, which are told their persona alone."""
    teach = scenario.rounds.teach
    assert teach is not None
    voice = {"model": teach.spec("taught"), "briefing": "persona"}
    spoken = teach.seats or [seat.id for seat in scenario.seats]
    seats = tuple(seat.model_copy(update=voice) if seat.id in spoken else seat for seat in scenario.seats)
    return scenario.model_copy(update={"cast": scenario.cast.model_copy(update={"seats": seats, "size": None})})


def _unteachable(scenario: Scenario, teach: Teacher | None) -> Iterator[str]:
    """Why the model can't be taught, before anybody speaks."""
    if scenario.rounds.teach and scenario.lessons and teach:
        try:
            teach.check(scenario.rounds.teach, scenario.folder)
        except Mistake as mistake:
            yield f"rounds.teach: {mistake}"


async def foreseen(planned: Plan, scenario: Scenario) -> Plan:
    """The plan with how many pairs may meet, or why the pairing can't be. Asks the embedder of a pairing that has one,
    and no language model."""
    if scenario.makes_people:
        later = "how many pairs qualify is seen when the people are made"
        weighs = scenario.cast.pairing.kind in WEIGHED
        return replace(planned, missing=(*planned.missing, *[f"pairing: {later}"] * weighs))
    heard: list[object] = []
    try:
        await Casting.of(scenario).weighed(heard.append)
    except Mistake as mistake:
        return replace(planned, wrong=(*planned.wrong, str(mistake)))
    return replace(planned, paired=next((event for event in heard if isinstance(event, Paired)), None))


def _speaking(scenario: Scenario, tries: Tries) -> list[Planned]:
    """The calls that make dialogues, on average lengths."""
    rules = staging(scenario)
    cast = next(islice(_example(scenario).casts(1), 1))[1]
    turns = (rules.least + rules.most) / 2
    shown = scenario.exemplars.count * EXEMPLAR
    if rules.mode == "script":
        prompt = _script_tokens(scenario, cast, rules) + shown
        return [_planned(Task.SCRIPT, scenario.spec_for("writer"), tries, 1, prompt, round(REPLY * turns))]
    rows = []
    share = turns / len(cast)
    for seat, member in zip(scenario.seats, cast, strict=True):
        exemplars = 0 if seat.id in rules.bare else shown
        prompt = _brief_tokens(member, cast, rules) + exemplars + round(REPLY * turns / 2)
        rows.append(_planned(Task.SPEAK, scenario.spec_of(seat), tries, share, prompt, REPLY))
    if rules.order == "selector":
        rows.append(_planned(Task.SELECT, scenario.spec_for("selector"), tries, turns, round(REPLY * turns / 2), 5))
    return _merged(rows)


def _example(scenario: Scenario) -> Casting:
    """A casting with people much like those that are yet to be made."""
    yet = [seat.id for seat in scenario.seats if isinstance(scenario.cast.people_of(seat), Made)]
    return Casting.of(scenario, made=dict.fromkeys(yet, people(EVERYDAY, scenario.folder)))


def _peopling(scenario: Scenario, output: Path | None) -> list[Planned]:
    """The calls that make personas: from every line kept to about one in five (Lee et al. 2022: 21.78 %); and those for
    the opposite of a sentence, which some builders ask for."""
    from ..personas.consistency.negating import TRIES
    from ..personas.consistency.recipe import SIZE

    orders = _orders(scenario, output)
    spec, sentences = scenario.spec_for("personas"), sum(order.sentences for order in orders)
    rows = []
    if sentences:
        tries = (ceil(sentences / LINES), ceil(sentences / LINES / SURVIVAL))
        rows.append(_planned(Task.PROFILE, spec, tries, 1, PROFILE_PROMPT, PROFILE_REPLY))
    if negated := [order for order in orders if order.builder == "profile"]:
        least = sum(min(order.sentences, SIZE) for order in negated)
        most = sum(order.sentences for order in negated) * TRIES
        rows.append(_planned(Task.NEGATE, spec, (least, most), 1, NEGATE_PROMPT, REPLY // 2))
    return rows


def _orders(scenario: Scenario, output: Path | None) -> list[Generate]:
    """The orders for personas that are not filled yet, each once."""
    given = [scenario.cast.people_of(seat) for seat in scenario.seats]
    wanted = {ordered(made, scenario): made.generate for made in given if isinstance(made, Made)}
    if not wanted:
        return []
    from .peopling import kept_orders

    with _ledger(scenario, output) as ledger:
        info = ledger.info() if ledger else None
        filled = kept_orders(info.extra) if info else {}
    return [order for key, order in wanted.items() if key not in filled]


def _selecting(scenario: Scenario, jobs: int) -> list[Planned]:
    """The calls that choose a profile sentence for each seat, once a job, or twice."""
    if not selects(scenario):
        return []
    cast = next(islice(_example(scenario).casts(1), 1))[1]
    most = None if scenario.rounds.until_accepted else jobs * ASKED
    rows = []
    for seat, member in zip(scenario.seats, cast, strict=True):
        spec = scenario.spec_for("writer") if scenario.stage.mode == "script" else scenario.spec_of(seat)
        prompt = _tokens(fit_parts(member.persona, seat.id, language_name(scenario.stage.language)))
        rows.append(_planned(Task.FIT, spec, (jobs, most), 1, prompt, CHOICE))
    return _merged(rows)


def _judging(scenario: Scenario, tries: Tries, equipment: Equipment) -> list[Planned]:
    """The calls of critics that ask a language model; the rehearsal model is not asked, nor who is skipped."""
    spec, rows = scenario.spec_for("judge"), []
    asking = [m for m in scenario.critics.panel if asks_model(m, scenario) and m.name not in equipment.absent]
    for member in asking if spec.provider != "rehearsal" else ():
        critic = find(member.use).create(member.options, scenario.folder)
        cases = len(scenario.seats) if getattr(critic, "sees", None) == Sees.OWN_PERSONAS else 1
        calls = cases * getattr(critic, "calls", 1)
        task = getattr(critic, "task", Task.JUDGE)
        rows.append(_planned(task, spec, tries, calls, 400 + _spoken(scenario), VERDICT))
    return _merged(rows)


def _comparing(scenario: Scenario, jobs: int) -> list[Planned]:
    """The calls of tournaments. Least: one a job, among all candidates. Most: the same at the last attempt; where a
    barrier may send a job back, each pair of each attempt is compared."""
    setting, spec = scenario.tournament, scenario.spec_for("judge")
    if setting is None or spec.provider == "rehearsal":
        return []
    rounds, policies = scenario.rounds, asking(setting, scenario.folder)
    calls = setting.calls(rounds.candidates, policies)
    most = calls
    if any(_at_barrier(member, scenario) for member in scenario.critics.panel):
        every = setting.model_copy(update={"schedule": Schedule.ALL_PAIRS})
        most = every.calls(rounds.candidates, policies) * (1 + scenario.refine.regenerate)
    counts = (jobs * calls, None if rounds.until_accepted else jobs * most)
    return [_planned(Task.COMPARE, spec, counts, 1, 450 + 2 * _spoken(scenario), VERDICT // 2)] if calls else []


def _at_barrier(member: PanelMember, scenario: Scenario) -> bool:
    try:
        return hasattr(find(member.use).create(member.options, scenario.folder), "review_round")
    except Mistake:
        return False


def _spoken(scenario: Scenario) -> int:
    """Tokens of a dialogue, on average."""
    return round(REPLY * (scenario.stage.turns.min + scenario.stage.turns.max) / 2)


def _planned(task: Task, spec: ModelSpec, tries: Tries, calls: float, prompt: int, completion: int) -> Planned:
    least, most = round(tries[0] * calls), None if tries[1] is None else round(tries[1] * calls)
    price = price_of(spec)
    each = price.usd(prompt, completion) if price else None
    usd = None if each is None else (least * each, None if most is None else most * each)
    return Planned(task, str(spec), least, most, prompt, completion, usd)


def _merged(rows: list[Planned]) -> list[Planned]:
    """One row a task and model: calls and money add up, tokens are the mean."""
    merged: dict[tuple[Task, str], list[Planned]] = {}
    for row in rows:
        merged.setdefault((row.task, row.model), []).append(row)
    return [_sum(group) for group in merged.values()]


def _sum(rows: list[Planned]) -> Planned:
    return Planned(
        rows[0].task,
        rows[0].model,
        sum(row.least for row in rows),
        total([row.most for row in rows]),
        round(sum(row.prompt_tokens for row in rows) / len(rows)),
        rows[0].completion_tokens,
        _money(rows),
    )


def total(numbers: Sequence[int | None]) -> int | None:
    """The sum; None where one is open."""
    known = [number for number in numbers if number is not None]
    return sum(known) if len(known) == len(numbers) else None


def _money(rows: Sequence[Planned]) -> Money | None:
    """The sum; None where a price is not known."""
    known = [row.usd for row in rows if row.usd is not None]
    most = [high for _, high in known if high is not None]
    if len(known) < len(rows):
        return None
    return sum(low for low, _ in known), sum(most) if len(most) == len(known) else None


def _brief_tokens(member: Member, cast: tuple[Member, ...], rules: Staging) -> int:
    others = [other.persona.public for other in cast if other is not member]
    return _tokens(briefing(member, others, (), rules, 0))


def _script_tokens(scenario: Scenario, cast: tuple[Member, ...], rules: Staging) -> int:
    from ..agents import Job

    play = Play(Job(1, 0, cast), rules, {}, lambda event: None, scenario.seed)
    return _tokens(script_parts(play))


def _tokens(parts: tuple[Part, ...] | list[Part]) -> int:
    return sum(estimate_text(part.text) for part in parts)


def _done(scenario: Scenario, output: Path | None, equipment: Equipment) -> int:
    with _ledger(scenario, output) as ledger:
        judged, rounds = judging(scenario, equipment.absent), range(1, scenario.rounds.count + 1)
        return sum(len(ledger.jobs_done(number, judged)) for number in rounds) if ledger else 0


@contextmanager
def _ledger(scenario: Scenario, output: Path | None) -> Iterator[Ledger | None]:
    """The ledger of the run, to be looked at; None where there is none yet."""
    try:
        ledger = Ledger.open(scenario.ledger_in(output or scenario.output_folder), write=False)
    except Mistake:
        yield None
        return
    with ledger:
        yield ledger


def _missing(scenario: Scenario, equipment: Equipment) -> list[str]:
    """Keys that are not set, and critics that will be skipped."""
    found = []
    for spec in scenario.specs():
        name, needed = spec.api_key_env, not spec.preset.local and spec.base_url == spec.preset.base_url
        if name and needed and not os.environ.get(name):
            found.append(f"{spec}: the variable {name} is not set")
    found += _foreign(scenario)
    found += [f"critic {name}: skipped, {why}" for name, why in equipment.skipped]
    found += [f"tournament: {why}"] if (why := unheld(scenario)) else []
    if scenario.spec_for("judge").provider == "rehearsal":
        asking = [m.name for m in scenario.critics.panel if asks_model(m, scenario)]
        found += [f"critic {name}: no language model to judge with; give `models.judge`" for name in asking]
    return found


def _foreign(scenario: Scenario) -> Iterator[str]:
    """Personas in another language than the conversation's: a model may have to translate as it speaks."""
    spoken = scenario.stage.language
    named = [given for seat in scenario.seats if not isinstance(given := scenario.cast.people_of(seat), Made)]
    for given in dict.fromkeys(named):
        pool = people(given, scenario.folder) if isinstance(given, str) else given
        others = Counter(p.language for p in pool if _base(p.language) != _base(spoken))
        if others:
            what = f"{others.total()} of {len(pool)} personas are in {', '.join(map(repr, sorted(others)))}"
            who = repr(given) if isinstance(given, str) else "cast"
            yield f"{who}: {what}, the conversation in {spoken!r}: they are given as they are"


def _base(language: str) -> str:
    """`pt` of `pt-BR`."""
    return language.partition("-")[0].lower()
