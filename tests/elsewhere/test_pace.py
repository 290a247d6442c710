"""Somebody else's server is asked as fast as it allows, and no faster."""

from dialplane.elsewhere.pace import Pace


def test_no_window_ever_holds_more_than_the_rules_allow() -> None:
    now = [0.0]
    sent = []
    pace = Pace(clock=lambda: now[0], sleep=lambda s: now.__setitem__(0, now[0] + s))
    for _ in range(300):
        pace.wait()
        sent.append(now[0])

    assert max(sum(at <= other < at + 1 for other in sent) for at in sent) <= 5
    assert max(sum(at <= other < at + 60 for other in sent) for at in sent) <= 120
