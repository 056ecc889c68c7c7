"""In which file formats does a dialogue leave, and come in? One file a format; loaded when it is used."""

from .exporting import ExportSummary, export
from .importing import read_dialogues
from .registry import FORMATS, Format, opened

__all__ = ["FORMATS", "ExportSummary", "Format", "export", "opened", "read_dialogues"]
