import subprocess
import sys

import pytest

import tertulia.models


def test_every_exported_name_is_there() -> None:
    assert sorted(tertulia.models.__all__) == tertulia.models.__all__
    missing = [name for name in tertulia.models.__all__ if not hasattr(tertulia.models, name)]
    assert missing == []
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        tertulia.models.Nothing  # noqa: B018


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    heavy = ["openai", "torch", "transformers", "autogen_core", "aiohttp"]
    program = (
        "import sys, tertulia.models as models\n"
        f"loaded = [name for name in {heavy} if name in sys.modules]\n"
        "models.connect(models.ModelSpec.parse('scripted?function=json:dumps'))\n"
        "print(loaded, 'openai' in sys.modules, 'torch' in sys.modules)\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.split("\n")[0] == "[] False False"
