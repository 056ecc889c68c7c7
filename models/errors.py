"""What can go wrong, and whose turn is it to act?

TertuliaError
 ├─ Mistake              the user's: printed without a traceback, exit code 2
 ├─ Stopped              the world's: the run stops early and can be resumed, exit code 3
 │   ├─ ServerDown       no answer, or none that a retry could mend
 │   ├─ BudgetSpent      the next call would pass a limit of `budget:`
 │   └─ StorageFailed    the ledger can't be written (disk full, permission)
 └─ ReplyRefused         the server answered, and refuses this one request (content filter, too long)
"""


class TertuliaError(Exception):
    """Anything that Tertulia raises on purpose."""


class Mistake(TertuliaError):
    """The user can mend this: the message says where, what, the choices, and the next step."""


class Stopped(TertuliaError):
    """The run can't go on now; what is committed stays, and the same command resumes it."""


class ServerDown(Stopped):
    """The model server can't be reached, or fails at every retry."""


class BudgetSpent(Stopped):
    """The next call would pass the budget."""


class StorageFailed(Stopped):
    """The ledger can't be written."""


class ReplyRefused(TertuliaError):
    """The server refuses this request for its content; other requests may pass."""
