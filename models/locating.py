"""Which object does `package.module:name` mean?"""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from .errors import Mistake
from .suggesting import suggest


def locate(path: str) -> Any:
    """The object at `package.module:name`. Raises Mistake if there is none."""
    module_name, _, name = path.partition(":")
    if not module_name or not name:
        raise Mistake(f"{path!r} is no place to import from; write 'package.module:name'")
    try:
        found = find_spec(module_name)
        module = import_module(module_name) if found else None
    except Exception as error:
        raise Mistake(f"{path!r}: importing {module_name!r} fails: {type(error).__name__}: {error}") from error
    if module is None:
        raise Mistake(f"{path!r}: there is no module {module_name!r}; is it installed, or on PYTHONPATH?")
    if not hasattr(module, name):
        public = [known for known in vars(module) if not known.startswith("_")]
        raise Mistake(f"{path!r}: {module_name!r} has no {name!r}{suggest(name, public)}")
    return getattr(module, name)
