"""How do personas stand in files? One file here for each format; read and written one by one."""

from .reading import read_personas
from .registry import FORMATS
from .writing import write_personas

__all__ = ["FORMATS", "read_personas", "write_personas"]
