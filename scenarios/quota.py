"""How many sentences of each family has a profile, where nobody says?"""

from collections import Counter
from collections.abc import Iterable

from ..personas.consistency.recipe import QUOTA, SIZE


def usual_quota(families: Iterable[str]) -> dict[str, int]:
    """From the family of each category: the paper's quota; where these are too few for it, as many sentences, spread
    over the families that there are, at least one of each. Never more than a family has categories."""
    there = Counter(families)
    if all(there[family] >= number for family, number in QUOTA.items()):
        return dict(QUOTA)
    quota = Counter(dict.fromkeys(there, 0))
    for _ in range(min(max(SIZE, len(there)), there.total())):
        quota[min((family for family in there if quota[family] < there[family]), key=quota.__getitem__)] += 1
    return dict(quota)
