"""How is told who was made for a run, and who may meet whom?"""

from ..personas.event import Progressed
from ..scenarios.event import Paired, Peopled
from .text import number, one_line, share


def progress_line(event: Progressed) -> str:
    """`embed 512/2,000 · I have two cats.`"""
    done = f"{event.done:,}/{event.total:,}" if event.total else f"{event.done:,}"
    return " · ".join(filter(None, (f"{event.step} {done}", one_line(event.detail, 60))))


def gathering_line(event: Peopled | Paired) -> str:
    """One line."""
    if isinstance(event, Paired):
        by = f", by {event.by}" if event.by else ""
        part = f"{share(event.qualified / event.possible)} of {event.possible:,} pairs"
        return f"pairing {event.kind}: {number(event.people, 'person', 'people')}, {part} qualify{by}"
    of = f" of {event.wanted:,}" if event.built < event.wanted else ""
    why = f" ({event.why})" if event.why else ""
    made = f"made {event.built:,}{of} {'persona' if event.built == 1 else 'personas'}{why}"
    return (
        f"{made} from {number(event.sentences, 'sentence')}; {number(event.scored, 'pair')} checked by {event.scorer}"
    )
