"""The style sheet of the page: light and dark by the reader's choice, on paper without what is for screens; the heat map's colours."""

from __future__ import annotations

import math

from tensorboard_plugin_rlboard.report.colour_scale import BUCKETS

Lch = tuple[float, float, float]
Rgb = tuple[int, int, int]
_TONES: dict[str, dict[str, Lch]] = {
    "light": {
        "paper": (1, 0, 0),
        "low": (0.68, 0.14, 252),
        "high": (0.72, 0.16, 55),
        "strong": (0.68, 0.12, 168),
    },
    "dark": {
        "paper": (0.31, 0, 0),
        "low": (0.5, 0.16, 258),
        "high": (0.52, 0.13, 52),
        "strong": (0.5, 0.1, 168),
    },
}
"""Theme -> ends of the palettes in OKLab, as lightness, chroma and hue in degrees: those of the tab."""
_LIGHT = """:root{color-scheme:light dark;--ink:#1c1c1c;--soft:#5c5c5c;--paper:#fff;--panel:#f6f6f6;--line:#d8d8d8;--link:#0b57d0;
--error:#b3261e;--warning:#8a5a00;--info:#0b57d0;--grey:#e8e8e8;--bad:#f0b8dc;--band:#f4d9b0}
"""
_DARK = """:root{--ink:#f4f4f4;--soft:#c0c0c0;--paper:#1e1e1e;--panel:#2a2a2a;--line:#4a4a4a;--link:#8ab4f8;
--error:#ff8a80;--warning:#ffc46b;--info:#8ab4f8;--grey:#454545;--bad:#7c2f62;--band:#5a4520}
"""
_RULES = """*{box-sizing:border-box}body{margin:0 auto;max-width:60rem;padding:1.5rem 1rem 4rem;background:var(--paper);color:var(--ink);
font:15px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}a{color:var(--link)}h1{font-size:1.5rem}h2{margin-top:2.5rem;
border-bottom:1px solid var(--line)}h3{margin:0;font-size:1.05rem}.soft{color:var(--soft)}.finding{margin:1.25rem 0;padding:.9rem 1rem;
border:1px solid var(--line);border-left:5px solid var(--severity);border-radius:4px}.error{--severity:var(--error)}
.warning{--severity:var(--warning)}.info{--severity:var(--info)}.severity{color:var(--severity);font-weight:600}
.finding p{margin:.4rem 0}svg{display:block;width:100%;max-width:44rem;height:auto;margin:.6rem 0 0}svg text{fill:var(--soft);
font:11px system-ui,sans-serif}.curve{fill:none;stroke:var(--ink);stroke-width:1.4}.band{fill:var(--band)}.onset{stroke:var(--severity)}
.threshold{stroke:var(--severity);stroke-dasharray:5 4}.axis{stroke:var(--line)}.example{margin-top:.9rem}pre{margin:.3rem 0;
padding:.6rem .7rem;background:var(--panel);border-radius:4px;white-space:pre-wrap;font:13px/1.6 ui-monospace,monospace}
.prompt{color:var(--soft)}b.at{outline:2px solid var(--severity);outline-offset:1px;font-weight:inherit}.n{background:var(--grey)}
.x{background:var(--bad)}table{border-collapse:collapse}td,th{padding:.15rem .9rem .15rem 0;text-align:left;vertical-align:top}
@media print{body{max-width:none;padding:0}.example,tr,svg{break-inside:avoid}h2,h3{break-after:avoid}
span,b,.band,pre{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
"""


def style_sheet() -> str:
    """All rules. Paper is light, whatever the screen is."""
    dark = _DARK + _heat("dark")
    return f"{_LIGHT}{_RULES}{_heat('light')}@media screen and (prefers-color-scheme:dark){{{dark}}}\n"


def palette(name: str, theme: str) -> list[Rgb]:
    """The colours of a palette from its low to its high end, `BUCKETS` of them, even to the eye.

    Args:
        name: `diverging` or `ramp`.
        theme: `light` or `dark`.
    """
    tones, middle = _TONES[theme], (BUCKETS - 1) / 2
    if name == "ramp":
        return [_mix(tones["paper"], tones["strong"], i / (BUCKETS - 1)) for i in range(BUCKETS)]
    ends = ["low" if i < middle else "high" for i in range(BUCKETS)]
    return [_mix(tones["paper"], tones[end], abs(i - middle) / middle) for i, end in enumerate(ends)]


def _heat(theme: str) -> str:
    return "".join(
        f".{name[0]}{i}{{background:#{red:02x}{green:02x}{blue:02x}}}"
        for name in ("diverging", "ramp")
        for i, (red, green, blue) in enumerate(palette(name, theme))
    )


def _mix(start: Lch, end: Lch, share: float) -> Rgb:
    """Between two tones, in the hue of the end: the paper has none."""
    lightness, chroma = (start[k] + (end[k] - start[k]) * share for k in (0, 1))
    hue = math.radians(end[2])
    return _rgb(lightness, chroma * math.cos(hue), chroma * math.sin(hue))


def _rgb(lightness: float, a: float, b: float) -> Rgb:
    """OKLab (Ottosson 2020) to 8-bit sRGB; what lies outside of sRGB is clipped."""
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
    return (
        _byte(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
        _byte(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
        _byte(-0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short),
    )


def _byte(linear: float) -> int:
    clipped = min(1.0, max(0.0, linear))
    encoded = 12.92 * clipped if clipped <= 0.0031308 else 1.055 * clipped ** (1 / 2.4) - 0.055
    return math.floor(255 * encoded + 0.5)
