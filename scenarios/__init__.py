"""WHAT TO RUN: scenarios, and the rounds that make a corpus of one."""

from .loading import load, shipped, to_yaml
from .scenario import Scenario
from .simulation import simulate, simulate_sync

__all__ = ["Scenario", "load", "shipped", "simulate", "simulate_sync", "to_yaml"]
