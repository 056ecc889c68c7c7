"""What does a ledger hold? Reads in place order, in pages, so that memory does not grow with the corpus."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, RowMapping, Select, and_, func, select, tuple_

from ..agents import Dialogue, Job, Member, SeatRole
from ..critics import Outcome, Review
from ..models.errors import Mistake
from ..models.request import Task
from ..personas import Persona
from .coding import dialogue_of, from_json, info_of, personas_named, review_of
from .record import Record, RunInfo
from .replies import Spent, spent
from .schema import dialogues, jobs, outcomes, replies, reviews, runs, settings, states, texts, verdicts
from .sent import Outbox, Sent

PAGE = 256
PLACE = (dialogues.c.round, dialogues.c.idx, dialogues.c.attempt, dialogues.c.candidate)
