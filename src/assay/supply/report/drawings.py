"""The map and the timeline of a network report, as SVG without scripts.

The map shows sites by their coordinates on a plain grid of degrees (no coast lines: no outside
data); sites without coordinates are laid out as tiles. All integers; labels are escaped.
"""

from collections import Counter
from collections.abc import Sequence
from html import escape

from assay.supply.answers import RESULT_ORDER, Result, worst
from assay.supply.dates import days_between
from assay.supply.inventories.items import NO_PLACE
from assay.supply.network_answers import ItemVerdict, PlanStep

COLOURS: dict[Result, str] = {
    "restricted": "#b3261e",
    "deadline": "#c77800",
    "unknown": "#7a3ea8",
    "possible": "#7a3ea8",
    "permitted": "#1f6f43",
    "clear": "#1f6f43",
}
MOST_SITES = 400
WIDTH, HEIGHT, MARGIN = 960, 480, 40
TILE_WIDTH, TILE_HEIGHT, TILES_IN_ROW = 184, 44, 5


class Site:
    """A site: its items' units by result and, where stated, its place."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.units: Counter[Result] = Counter()
        self.latitude = NO_PLACE
        self.longitude = NO_PLACE

    @property
    def result(self) -> Result:
        """The result that weighs most at the site."""
        return worst(list(self.units))


def sites_of(verdicts: Sequence[ItemVerdict]) -> list[Site]:
    """Return the sites by name; items without a site stand under their country."""
    found: dict[str, Site] = {}
    for verdict in verdicts:
        item = verdict.item
        name = item.site or item.country or "site not stated"
        site = found.setdefault(name, Site(name))
        site.units[verdict.result] += item.quantity
        if NO_PLACE not in (item.latitude, item.longitude) and site.latitude == NO_PLACE:
            site.latitude, site.longitude = item.latitude, item.longitude
    ordered = sorted(found.values(), key=lambda s: (RESULT_ORDER.index(s.result), s.name))
    return ordered[:MOST_SITES]


def site_map(verdicts: Sequence[ItemVerdict]) -> str:
    """Return the map of the sites: a plot of those with coordinates, tiles for the others."""
    sites = sites_of(verdicts)
    placed = [site for site in sites if site.latitude != NO_PLACE]
    rest = [site for site in sites if site.latitude == NO_PLACE]
    return (_plot(placed) if placed else "") + (_tiles(rest) if rest else "")


def _plot(sites: list[Site]) -> str:
    south, north = _span([site.latitude for site in sites])
    west, east = _span([site.longitude for site in sites])
    parts = [_svg_open(WIDTH, HEIGHT, "Map of the sites")]
    parts.extend(_grid(west, east, south, north))
    for site in reversed(sites):
        x = MARGIN + (site.longitude - west) * (WIDTH - 2 * MARGIN) // (east - west)
        y = HEIGHT - MARGIN - (site.latitude - south) * (HEIGHT - 2 * MARGIN) // (north - south)
        radius = min(18, 5 + sum(site.units.values()).bit_length())
        label = escape(_label(site))
        parts.append(
            f'<g><circle cx="{x}" cy="{y}" r="{radius}" fill="{COLOURS[site.result]}" '
            f'fill-opacity=".75"/><text x="{x + radius + 3}" y="{y + 4}" font-size="12" '
            f'fill="currentColor">{escape(site.name[:40])}</text><title>{label}</title></g>'
        )
    return "".join(parts) + "</svg>"


def _grid(west: int, east: int, south: int, north: int) -> list[str]:
    lines = []
    for number in range(5):
        longitude = west + (east - west) * number // 4
        x = MARGIN + (WIDTH - 2 * MARGIN) * number // 4
        latitude = south + (north - south) * number // 4
        y = HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * number // 4
        lines.append(
            f'<path d="M{x} {MARGIN}V{HEIGHT - MARGIN}M{MARGIN} {y}H{WIDTH - MARGIN}" '
            f'stroke="currentColor" stroke-opacity=".2"/>'
            f'<text x="{x}" y="{HEIGHT - 12}" font-size="11" text-anchor="middle" '
            f'fill="currentColor">{_degrees(longitude, "E", "W")}</text>'
            f'<text x="4" y="{y + 4}" font-size="11" fill="currentColor">'
            f"{_degrees(latitude, 'N', 'S')}</text>"
        )
    return lines


def _span(values: list[int]) -> tuple[int, int]:
    """Return the ends of an axis: a little wider than the values, never empty."""
    low, high = min(values), max(values)
    room = max(500_000, (high - low) // 10)
    return low - room, high + room


def _degrees(value: int, positive: str, negative: str) -> str:
    tenths = abs(value) // 100_000
    return f"{tenths // 10}.{tenths % 10}°{positive if value >= 0 else negative}"


def _tiles(sites: list[Site]) -> str:
    rows = -(-len(sites) // TILES_IN_ROW)
    parts = [_svg_open(WIDTH, rows * (TILE_HEIGHT + 8) + 8, "Sites without coordinates")]
    for number, site in enumerate(sites):
        x = 4 + number % TILES_IN_ROW * (TILE_WIDTH + 8)
        y = 4 + number // TILES_IN_ROW * (TILE_HEIGHT + 8)
        parts.append(
            f'<g><rect x="{x}" y="{y}" width="{TILE_WIDTH}" height="{TILE_HEIGHT}" rx="5" '
            f'fill="{COLOURS[site.result]}" fill-opacity=".18" stroke="{COLOURS[site.result]}"/>'
            f'<text x="{x + 8}" y="{y + 18}" font-size="12" fill="currentColor">'
            f"{escape(site.name[:26])}</text>"
            f'<text x="{x + 8}" y="{y + 35}" font-size="11" fill="currentColor">'
            f"{escape(_counts(site)[:30])}</text><title>{escape(_label(site))}</title></g>"
        )
    return "".join(parts) + "</svg>"


def timeline(plan: Sequence[PlanStep], day: str) -> str:
    """Return the plan's days on an axis, the day asked about marked."""
    days = sorted({step.due.on for step in plan} | {day})
    if len(days) < 2:
        return "<p>No deadline concerns the items of this inventory.</p>"
    span = max(1, days_between(days[0], days[-1]))
    height = 60 + 26 * len(plan)
    parts = [_svg_open(WIDTH, height, "Timeline of the deadlines")]
    parts.append(
        f'<path d="M{MARGIN} 30H{WIDTH - MARGIN}" stroke="currentColor" stroke-opacity=".4"/>'
    )
    today = _x(day, days[0], span)
    parts.append(
        f'<path d="M{today} 14V{height - 10}" stroke="#3366cc" stroke-dasharray="4 3"/>'
        f'<text x="{today + 4}" y="12" font-size="11" fill="#3366cc">{escape(day)}</text>'
    )
    for number, step in enumerate(plan):
        parts.append(_event(step, _x(step.due.on, days[0], span), 52 + 26 * number))
    return "".join(parts) + "</svg>"


def _event(step: PlanStep, x: int, y: int) -> str:
    colour = COLOURS["restricted"] if step.overdue else COLOURS["deadline"]
    anchor, shift = ("end", -10) if x > WIDTH // 2 else ("start", 10)
    text = f"{step.due.on} {step.jurisdiction} {step.due.action} {step.due.domain}: {step.units}"
    return (
        f'<path d="M{x} 30V{y}" stroke="{colour}" stroke-opacity=".35"/>'
        f'<circle cx="{x}" cy="{y}" r="6" fill="{colour}"/>'
        f'<text x="{x + shift}" y="{y + 4}" font-size="12" text-anchor="{anchor}" '
        f'fill="currentColor">{escape(text)}</text>'
    )


def _x(day: str, first: str, span: int) -> int:
    return MARGIN + days_between(first, day) * (WIDTH - 2 * MARGIN) // span


def _svg_open(width: int, height: int, title: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img"><title>{escape(title)}</title>'
    )


def _counts(site: Site) -> str:
    return ", ".join(f"{site.units[r]} {r}" for r in RESULT_ORDER if site.units[r])


def _label(site: Site) -> str:
    return f"{site.name}: {_counts(site)}"
