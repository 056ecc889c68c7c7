"""The prompt files of speakers and stages."""

from pathlib import Path

from ..models.prompt import Prompts

PROMPTS = Path(__file__).parent / "prompts"

_PROMPTS = Prompts(PROMPTS)
render = _PROMPTS.render
fingerprint = _PROMPTS.fingerprint
