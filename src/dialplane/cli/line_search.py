"""Lines that can be bought, over the API."""

from typing import Any

from dialplane.cli.asking import asked, gathered
from dialplane.cli.showing import listed
from dialplane.cli.terminal import Report
from dialplane.client.models.numbers import Line, SmsCapable


def search(*, line_type: str | None, by_fee: bool, limit: int) -> Report:
    only: Any = {} if line_type is None else {"line_type": line_type}
    order: Any = {"sort_by": "monthly_fee"} if by_fee else {}
    with asked() as client:
        pages = client.lines.list(limit=min(limit, 100), **only, **order)
        found = gathered(pages, limit)
    columns = ("NUMBER", "TYPE", "#FEE", "SMS", "ID")
    return listed(found, columns, _row, none="No such line can be bought right now.")


def _row(each: Line) -> tuple[object, ...]:
    able = each.sms_capable or SmsCapable()
    sms = " ".join(["send"] * able.send + ["receive"] * able.recv)
    return each.number, each.line_type, f"{each.monthly_fee or 0:,}", sms, each.id
