"""Makes `fakes` importable here and by name from a scenario: `scripted?function=fakes:speak`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
