"""WHAT IS KEPT: the ledger, exemplars, file formats, statistics."""

from .record import Record, RunInfo

__all__ = ["Record", "RunInfo"]
