"""Bars as SVG, readable on light and dark pages; drawn by hand, since bars are all there is."""

from collections.abc import Iterator
from html import escape

from bench.figures import Spread

WIDTH = 760
LABELS = 210
VALUES = 120
BAR = 20
GAP = 8
TOP = 44

STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600 } .quiet { fill: #656d76 }
  .us { fill: #1a7f37 } .them { fill: #8c959f } .reach { stroke: #1f2328 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .quiet { fill: #8d96a0 }
    .us { fill: #3fb950 } .them { fill: #6e7681 } .reach { stroke: #e6edf3 }
  }
"""


def bars(title: str, subtitle: str, rates: dict[str, Spread], ours: str) -> str:
    """Answers per second: a bar to the median, a line from the slowest round to the fastest."""
    height = TOP + len(rates) * (BAR + GAP)
    most = max(rate.high for rate in rates.values())
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        f"<title>{escape(title)}</title><style>{STYLE}</style>",
        f'<text class="title" x="0" y="15">{escape(title)}</text>',
        f'<text class="quiet" x="0" y="33">{escape(subtitle)}</text>',
    ]
    for place, (name, rate) in enumerate(rates.items()):
        kind = "us" if name == ours else "them"
        lines += _bar(TOP + place * (BAR + GAP), name, rate, (most, kind))
    return "\n".join([*lines, "</svg>"]) + "\n"


def _bar(top: int, name: str, rate: Spread, scale: tuple[float, str]) -> Iterator[str]:
    most, kind = scale
    room = WIDTH - LABELS - VALUES
    low, middle, high = (round(value / most * room) for value in (rate.low, rate.middle, rate.high))
    text, half = top + BAR - 5, top + BAR // 2
    yield f'<text x="{LABELS - 8}" y="{text}" text-anchor="end">{escape(name)}</text>'
    yield (
        f'<rect class="{kind}" x="{LABELS}" y="{top}" width="{max(middle, 1)}" height="{BAR}"'
        ' rx="2"/>'
    )
    yield (
        f'<line class="reach" x1="{LABELS + low}" x2="{LABELS + high}" y1="{half}" y2="{half}"/>'
    )
    yield f'<text x="{LABELS + high + 8}" y="{text}">{rate.middle:,.0f}/s</text>'
