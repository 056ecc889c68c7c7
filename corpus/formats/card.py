"""What does a reader of the data have to know of it? A dataset card, without a date: the same corpus, the same card."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from json import dumps
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from ...critics import Outcome
from ..record import Record, RunInfo
from ..statistics import OPEN
from ..survival import Survival

MADE_WITH = "- made with: Tertulia"
"""By this line of the template a card is known again."""


class Survey:
    """What a card counts, gathered while records pass on their way to a file."""

    def __init__(self) -> None:
        self.jobs = self.tries = self.exported = self.turns = 0
        self.outcomes: Counter[str] = Counter()
        self.models: set[str] = set()
        self.languages: set[str] = set()
        self.survival = Survival()
        self._job: object = None

    def watch(self, records: Iterable[Record], wanted: Collection[Outcome | None]) -> Iterator[Record]:
        """The wanted records; all are counted."""
        for record in records:
            self._count(record)
            if record.outcome in wanted:
                self.exported += 1
                self.turns += len(record.dialogue.turns)
                self.languages.add(record.dialogue.language)
                yield record

    def _count(self, record: Record) -> None:
        dialogue = record.dialogue
        job = dialogue.place.scope if dialogue.place else dialogue.id
        self.jobs += job != self._job
        self._job = job
        self.tries += 1
        self.outcomes[record.outcome or OPEN] += 1
        self.models.update(member.model for member in dialogue.cast if member.model)
        self.survival.add(record)


def card(info: RunInfo, format: str, name: str, survey: Survey) -> str:
    """The card of a data file `name`, in Markdown, with the front matter that dataset hubs read."""
    scenario = info.scenario
    table = survey.survival.table()
    return _template().render(
        info=info,
        made_with=MADE_WITH,
        format=format,
        file=name,
        survey=survey,
        outcomes=[(outcome, survey.outcomes.get(outcome, 0)) for outcome in (*Outcome, OPEN)],
        description=_line(scenario.get("description")),
        setting=_line(_inside(scenario, "stage", "setting")),
        mode=_line(_inside(scenario, "stage", "mode")),
        seed=scenario.get("seed"),
        licence=_line(info.extra.get("licence") or scenario.get("licence")),
        models=sorted(survey.models),
        rehearsed=any(model.partition("?")[0].partition(":")[0] == "rehearsal" for model in survey.models),
        languages=sorted(survey.languages),
        table=table,
        skipped=[row for row in table.critics if row.answered == 0],
    )


def _inside(values: Mapping[str, Any], *keys: str) -> Any:
    """A value deep in a mapping, or None."""
    for key in keys:
        found = values.get(key) if isinstance(values, Mapping) else None
        values = found if found is not None else {}
    return values or None


def _line(value: Any) -> str:
    return " ".join(str(value).split()) if value else ""


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    environment.filters["yaml"] = lambda value: dumps(value, ensure_ascii=False)
    environment.filters["cell"] = lambda value: _line(value).replace("|", "\\|")
    environment.filters["share"] = lambda value: "-" if value is None else f"{100 * value:.1f} %"
    return environment.get_template("card.md")
