"""What happens at `tertulia preview`? The run's first dialogues are made, and shown with their prompts."""

import asyncio

from rich.console import Console
from rich.text import Text

from ..corpus.corpus import Corpus
from ..models.metering import Meter
from ..scenarios.scenario import Scenario
from ..scenarios.simulation import simulate
from .running import resumable, watcher
from .showing import Shown, view


def preview(console: Console, scenario: Scenario, count: int, prompts: bool) -> int:
    """Exit code 0, or 1 when nothing was accepted. The dialogues are kept: `tertulia run` doesn't make them again."""
    rounds = scenario.rounds.model_copy(update={"count": 1, "dialogues": count, "until_accepted": None})
    small = scenario.model_copy(update={"rounds": rounds})
    meter = Meter()
    watching = watcher(console, meter, live=True, silent=not console.is_terminal)
    with resumable(scenario.output_folder), watching:
        corpus = asyncio.run(simulate(small, watching, meter=meter, whole=False))
    with corpus:
        _show(console, corpus, count, prompts)
        console.print(Text(f"kept in {scenario.output_folder}: `tertulia run` goes on from these", style="dim"))
        return 0 if len(corpus) else 1


def _show(console: Console, corpus: Corpus, count: int, prompts: bool) -> None:
    for record in corpus.ledger.records(outcomes=None, rounds=(1,)):
        if record.dialogue.place and record.dialogue.place.index < count:
            for part in view(corpus.ledger, record, Shown(prompts, personas=True)):
                console.print(part)
