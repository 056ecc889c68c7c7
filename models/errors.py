"""What can go wrong, and whose turn is it to act?

TertuliaError
 ├─ Mistake              the user's: printed without a traceback, exit code 2
 ├─ Stopped              the world's: the run stops early and can be resumed, exit code 3
 │   ├─ ServerDown       no answer, or none that a retry could mend
 │   │   └─ Unavailable  one try that failed; the next may pass
 │   ├─ BudgetSpent      the next call would pass a limit of `budget:`
 │   ├─ AccountSpent     the account behind the key has no credit left
 │   ├─ StorageFailed    the ledger can't be written (disk full, permission)
 │   └─ CriticBroken     a critic fails at every dialogue
 ├─ ReplyRefused         the server answered, and refuses this one request (content filter, too long)
 └─ NoJudge              this model can't judge: a critic that asks it abstains
"""


class TertuliaError(Exception):
    """Anything that Tertulia raises on purpose."""


class Mistake(TertuliaError):
    """The user can mend this: the message says where, what, the choices, and the next step."""


class Stopped(TertuliaError):
    """The run can't go on now; what is committed stays, and the same command resumes it."""


class ServerDown(Stopped):
    """The model server can't be reached, or fails at every retry."""


class Unavailable(ServerDown):
    """One try of a call failed in a way that another try may mend. Endpoints raise it, retrying catches it."""

    def __init__(self, why: str, *, retry_after: float | None = None, unreachable: bool = False) -> None:
        """`retry_after`: seconds that the server asks for. `unreachable`: nobody listens at the address."""
        super().__init__(why)
        self.retry_after = retry_after
        self.unreachable = unreachable


class BudgetSpent(Stopped):
    """The next call would pass the budget."""


class AccountSpent(Stopped):
    """The account behind the key has no credit left."""


class StorageFailed(Stopped):
    """The ledger can't be written."""


class CriticBroken(Stopped):
    """A critic has failed at every dialogue so far: what is made meanwhile would have to be judged again."""


class ReplyRefused(TertuliaError):
    """The server refuses this request for its content; other requests may pass."""


class NoJudge(TertuliaError):
    """This model can't judge, because it is no language model; the critic that asked abstains."""
