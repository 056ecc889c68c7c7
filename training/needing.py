"""Is everything installed that training takes?"""

from importlib.util import find_spec

from ..models.errors import Mistake

LIBRARIES = ("accelerate", "datasets", "matplotlib", "peft", "rouge_score", "sacrebleu", "trl")


def need_extra(*libraries: str) -> None:
    """Without importing them. Raises Mistake where one of these libraries of the extra `train` is missing."""
    missing = [name for name in libraries or LIBRARIES if find_spec(name) is None]
    if missing:
        raise Mistake(
            f"not installed: {', '.join(missing)}; training needs the extra 'train': pip install 'tertulia[train]'"
        )
