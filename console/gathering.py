"""How is told who was made for a run, and who may meet whom?"""

from ..personas.event import Progressed
from ..scenarios.event import Paired, Peopled
from .text import number, one_line, share

FULL = 5
"""Sentences of a profile, where nothing else is asked for."""


def progress_line(event: Progressed) -> str:
    """`embed 512/2,000 · I have two cats.`"""
    done = f"{event.done:,}/{event.total:,}" if event.total else f"{event.done:,}"
    return " · ".join(filter(None, (f"{event.step} {done}", one_line(event.detail, 60))))


def gathering_line(event: Peopled | Paired) -> str:
    """One line."""
    if isinstance(event, Paired):
        by = f", by {event.by}" if event.by else ""
        part = f"{share(event.qualified / event.possible)} of {event.possible:,} pairs"
        return f"pairing {event.kind}: {_people(event)}, {part} qualify{by}"
    of = f" of {event.wanted:,}" if event.built < event.wanted else ""
    why = f" ({event.why})" if event.why else ""
    few = f" of {number(event.size, 'sentence')} each" if event.size < FULL else ""
    made = f"made {event.built:,}{of} {'persona' if event.built == 1 else 'personas'}{few}{why}"
    return (
        f"{made} from {number(event.sentences, 'sentence')}; {number(event.scored, 'pair')} checked by {event.scorer}"
    )


def _people(event: Paired) -> str:
    """`24 people`, or `541 different people (of 1,905)`."""
    if event.people == event.personas:
        return number(event.people, "person", "people")
    return f"{event.people:,} different {'person' if event.people == 1 else 'people'} (of {event.personas:,})"
