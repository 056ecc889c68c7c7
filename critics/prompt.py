"""What are models told that judge? The prompt files of this room."""

from pathlib import Path

from ..models.prompt import Prompts

_PROMPTS = Prompts(Path(__file__).parent / "prompts")
render = _PROMPTS.render
fingerprint = _PROMPTS.fingerprint
