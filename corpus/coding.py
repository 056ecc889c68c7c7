"""How do dialogues, jobs and reviews become rows, and rows become them again?"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from functools import lru_cache
from hashlib import blake2b
from json import dumps, loads
from typing import Any

from ..agents import Dialogue, Member, Turn
from ..critics import Abstention, Ballot, Decision, Finding, Outcome, Review, SeatKind, Verdict, Why
from ..personas import Persona
from .record import RunInfo

Row = dict[str, Any]
Texts = dict[bytes, str]
"""JSON by content address."""

TURN = tuple(field.name for field in fields(Turn))


def to_json(value: Any) -> str:
    """Compact JSON that any database can hold: control characters are escaped, and lone surrogates where there are."""
    text = dumps(value, ensure_ascii=False, separators=(",", ":"))
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return dumps(value, separators=(",", ":"))
    return text


def from_json(text: str) -> Any:
    return loads(text)


def shelved(value: Any) -> tuple[bytes, str]:
    """(content address of 16 bytes, JSON) of something that is stored once, however often it occurs."""
    text = to_json(value)
    return blake2b(text.encode(), digest_size=16).digest(), text


@lru_cache(maxsize=4096)
def _shelved_persona(persona: Persona) -> tuple[bytes, str]:
    return shelved(persona.model_dump(mode="json"))


def persona_texts(cast: Iterable[Member]) -> Texts:
    return dict(_shelved_persona(member.persona) for member in cast)


def cast_data(cast: Iterable[Member]) -> list[Row]:
    return [
        {"seat": m.seat, "role": m.role, "model": m.model, "persona": _shelved_persona(m.persona)[0].hex()} for m in cast
    ]


def dialogue_payload(dialogue: Dialogue) -> str:
    """JSON of all but id and place; personas are named by their hash."""
    data = dialogue.to_dict()
    data["cast"] = cast_data(dialogue.cast)
    data["turns"] = [list(turn.values()) for turn in data["turns"]]
    del data["id"], data["place"]
    return to_json(data)


def personas_named(data: Mapping[str, Any]) -> set[str]:
    """Hashes of the personas of a cast, as `cast_data` gives them."""
    return {member["persona"] for member in data["cast"]}


def dialogue_of(data: Mapping[str, Any], id: str, place: tuple[int, ...], personas: Mapping[str, Persona]) -> Dialogue:
    return Dialogue.from_dict(
        {
            **data,
            "id": id,
            "place": place,
            "cast": [{**m, "persona": personas[m["persona"]]} for m in data["cast"]],
            "turns": [dict(zip(TURN, turn, strict=False)) for turn in data["turns"]],
        }
    )


def review_row(review: Review) -> Row:
    decision = review.decision
    return {
        "dialogue": review.dialogue,
        "panel": review.panel,
        "outcome": decision.outcome.value,
        "score": decision.score,
        "complete": int(review.complete),
        "payload": to_json({"by": decision.by, "why": decision.why}),
    }


def verdict_rows(review: Review) -> list[Row]:
    return [
        {
            "dialogue": review.dialogue,
            "panel": review.panel,
            "n": n,
            "critic": ballot.critic,
            "role": ballot.role.value,
            "weight": ballot.weight,
            "optional": int(ballot.optional),
            **_answer_row(ballot.answer),
        }
        for n, ballot in enumerate(review.ballots)
    ]


def _answer_row(answer: Verdict | Abstention) -> Row:
    if isinstance(answer, Abstention):
        return {"approve": None, "score": None, "abstains": answer.kind.value, "payload": to_json({"why": answer.why})}
    payload = {"findings": [asdict(finding) for finding in answer.findings], "advice": dict(answer.advice)}
    return {"approve": int(answer.approve), "score": answer.score, "abstains": None, "payload": to_json(payload)}


def review_of(row: Mapping[str, Any], verdicts: Iterable[Mapping[str, Any]]) -> Review:
    payload = from_json(row["payload"])
    return Review(
        dialogue=row["dialogue"],
        panel=row["panel"],
        ballots=tuple(_ballot(verdict) for verdict in verdicts),
        decision=Decision(Outcome(row["outcome"]), tuple(payload["by"]), payload["why"], row["score"]),
        complete=bool(row["complete"]),
    )


def _ballot(row: Mapping[str, Any]) -> Ballot:
    return Ballot(row["critic"], _answer(row), SeatKind(row["role"]), row["weight"], bool(row["optional"]))


def _answer(row: Mapping[str, Any]) -> Verdict | Abstention:
    payload = from_json(row["payload"])
    if row["abstains"]:
        return Abstention(Why(row["abstains"]), payload["why"])
    findings = tuple(Finding(**finding) for finding in payload["findings"])
    return Verdict(bool(row["approve"]), row["score"], findings, payload["advice"])


def info_text(info: RunInfo) -> str:
    data = {field.name: getattr(info, field.name) for field in fields(info)}
    return to_json({**data, "scenario": dict(info.scenario), "extra": dict(info.extra)})


def info_of(text: str) -> RunInfo:
    return RunInfo(**from_json(text))
