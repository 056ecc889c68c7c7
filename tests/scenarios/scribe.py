"""A model for whole runs in which personas are made; child processes import it too."""

from fakes import _noted, fit

from tertulia.models.rehearsal.endpoint import Rehearsal
from tertulia.models.request import Reply, Request, Task

MAKING = (Task.PROFILE, Task.NEGATE)


async def write(request: Request) -> str | Reply:
    """Profile sentences as the understudy has them; speaks as `fakes` do."""
    if request.task not in MAKING:
        return await fit(request)
    await _noted(request)
    return await Rehearsal().complete(request)
