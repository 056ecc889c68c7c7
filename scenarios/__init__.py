"""WHAT TO RUN: scenarios, and the rounds that make a corpus of one."""

from .loading import load, shipped, to_yaml
from .scenario import Scenario

__all__ = ["Scenario", "load", "shipped", "to_yaml"]
