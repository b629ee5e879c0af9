"""What a take costs: pure arithmetic in whole credits."""

import math

from app.catalogue import Backbone


def quote(backbone: Backbone, duration_s: float) -> int:
    """Credits for a draft of `duration_s` seconds, rounded up."""
    return math.ceil(backbone.draft_credits_per_second * duration_s)


def charge(held: int, steps_run: int, steps: int) -> int:
    """Credits for a take stopped after `steps_run` of `steps`: its share of the hold, rounded up."""
    return min(held, math.ceil(held * steps_run / steps))
