"""Which SQL asks a ledger for its tries? All queries run along an index, whatever the size of the corpus."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from ..critics import Outcome, Why
from . import schema

PLACE = tuple(schema.dialogues.c[name] for name in ("round", "idx", "attempt", "candidate"))


def of_job(table: Any, run: int, round: int, index: int) -> ColumnElement[bool]:
    return and_(table.c.run == run, table.c.round == round, table.c.idx == index)


def dialogues(run: int, panel: str) -> Select[Any]:
    """All dialogues, with outcome and why under a panel."""
    became = [_became(panel, name).label(name) for name in ("outcome", "why")]
    columns = (schema.dialogues.c.id, *PLACE, schema.dialogues.c.payload, *became)
    return select(*columns).where(schema.dialogues.c.run == run)


def tries(run: int, panel: str, outcomes: Collection[Outcome] | None = None) -> Select[Any]:
    """Those that count, in place order; with one of these outcomes, where given."""
    query = dialogues(run, panel).where(schema.dialogues.c.superseded == 0).order_by(*PLACE)
    if outcomes is not None:
        query = query.where(_became(panel, "outcome").in_([outcome.value for outcome in outcomes]))
    return query


def accepted(run: int, panel: str, round: int) -> Select[Any]:
    """The ids of those that a panel accepted in a round, in the order of their jobs."""
    table = schema.outcomes
    same = and_(schema.dialogues.c.run == table.c.run, schema.dialogues.c.id == table.c.dialogue)
    query = select(table.c.dialogue).join(schema.dialogues, same).order_by(table.c.idx, table.c.dialogue)
    query = query.where(table.c.run == run, table.c.round == round, table.c.panel == panel)
    return query.where(table.c.outcome == Outcome.ACCEPTED.value, schema.dialogues.c.superseded == 0)


def in_vain(run: int, panel: str) -> Select[Any]:
    """(dialogue, round, idx) of what was reviewed while a critic of the panel had failed every time."""
    table, failed = schema.verdicts, schema.verdicts.c.abstains == Why.FAILED.value
    here = and_(table.c.run == run, table.c.panel == panel)
    broken = select(table.c.critic).where(here).group_by(table.c.critic)
    broken = broken.having(func.count() == func.sum(case((failed, 1), else_=0)))
    same = and_(schema.dialogues.c.run == table.c.run, schema.dialogues.c.id == table.c.dialogue)
    columns = (table.c.dialogue, schema.dialogues.c.round, schema.dialogues.c.idx)
    return select(*columns).distinct().join_from(table, schema.dialogues, same).where(here, table.c.critic.in_(broken))


def compared_in_vain(run: int, panel: str) -> Select[Any]:
    """(policy, round, idx) of what was compared while a policy of the panel's tournament had failed every time."""
    table = schema.comparisons
    failed = or_(table.c.forth == Why.FAILED.value, table.c.back == Why.FAILED.value)
    here = and_(table.c.run == run, table.c.panel == panel)
    broken = select(table.c.policy).where(here).group_by(table.c.policy)
    broken = broken.having(func.count() == func.sum(case((failed, 1), else_=0)))
    return select(table.c.policy, table.c.round, table.c.idx).distinct().where(here, table.c.policy.in_(broken))


def counts(run: int, panel: str) -> Select[Any]:
    """(round, outcome, count) of the settled tries that count."""
    table = schema.outcomes
    same = and_(schema.dialogues.c.run == table.c.run, schema.dialogues.c.id == table.c.dialogue)
    query = select(table.c.round, table.c.outcome, func.count()).join_from(table, schema.dialogues, same)
    query = query.where(table.c.run == run, table.c.panel == panel, schema.dialogues.c.superseded == 0)
    return query.group_by(table.c.round, table.c.outcome).order_by(table.c.round, table.c.outcome)


def comparisons(run: int, panel: str) -> Select[Any]:
    """Under a panel, of dialogues that count, in place order; by policy within a job."""
    table = schema.comparisons
    names = ("round", "idx", "attempt", "policy", "first", "second")
    query = select(table).where(table.c.run == run, table.c.panel == panel)
    query = query.where(*(_counts(run, table.c[name]) for name in ("first", "second")))
    return query.order_by(*(table.c[name] for name in names))


def _counts(run: int, id: Any) -> ColumnElement[bool]:
    """Whether the dialogue of this id does."""
    table = schema.dialogues.alias()
    return select(table.c.id).where(table.c.run == run, table.c.id == id, table.c.superseded == 0).exists()


def usage(run: int) -> Select[Any]:
    """(task, model, calls, prompt tokens, completion tokens, USD, seconds)."""
    replies, settings = schema.replies, schema.settings
    sums = [func.sum(replies.c[name]) for name in ("prompt_tokens", "completion_tokens", "usd", "seconds")]
    whose = (settings.c.task, settings.c.model)
    same = and_(settings.c.run == replies.c.run, settings.c.id == replies.c.setting)
    query = select(*whose, func.count(), *sums).join_from(replies, settings, same).where(replies.c.run == run)
    return query.group_by(*whose).order_by(*whose)


def _became(panel: str, name: str) -> Any:
    """A scalar subquery, so that the planner has to walk the dialogues in their order."""
    table, dialogues = schema.outcomes, schema.dialogues
    same = [table.c[column] == dialogues.c[column] for column in ("run", "round", "idx")]
    query = select(table.c[name]).where(*same, table.c.panel == panel, table.c.dialogue == dialogues.c.id)
    return query.scalar_subquery()
