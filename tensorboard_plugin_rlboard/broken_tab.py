"""The tab that is shown where the plugin cannot be made: one page that says what is wrong and what to type.

Nothing is imported here but the standard library and TensorBoard's own base class, which the loader has already.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tensorboard.plugins import base_plugin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tensorboard_plugin_rlboard.dependencies import Fault

_MODULE = "/broken.js"
# The theme is a class of TensorBoard's body. A frame without a host that may be read stays light.
_PAGE = """\
const fault = {fault};
const chinese = navigator.languages.some((tag) => tag.startsWith("zh")) && !/^en\\b/.test(navigator.language);
const words = chinese
  ? {{ title: "RL Board 无法显示", todo: "请在终端执行以下命令：", then: "{then_zh}" }}
  : {{ title: "RL Board cannot be shown", todo: "Type this in a terminal:", then: "{then_en}" }};
export function render() {{
  const add = (name, text, style) => {{
    const element = document.createElement(name);
    element.textContent = text;
    Object.assign(element.style, style);
    document.body.append(element);
    return element;
  }};
  document.title = "RL Board";
  document.documentElement.lang = chinese ? "zh-CN" : "en";
  document.body.replaceChildren();
  Object.assign(document.body.style, {{ font: "14px/1.5 Roboto, system-ui, sans-serif", margin: "24px", maxWidth: "90ch" }});
  const breaks = {{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }};
  add("h1", words.title, {{ fontSize: "18px", fontWeight: "500" }});
  add("p", fault.reason + ".", breaks).setAttribute("role", "alert");
  add("p", words.todo, {{}});
  const command = add("pre", fault.command, {{ ...breaks, padding: "12px", border: "1px solid currentColor", userSelect: "all" }});
  command.tabIndex = 0;
  add("p", words.then, {{}});
  let host = null;
  try {{ host = window.parent.document.body; }} catch {{ return; }}
  const paint = () => {{
    const dark = host.classList.contains("dark-mode");
    document.documentElement.style.colorScheme = dark ? "dark" : "light";
    document.body.style.background = dark ? "#303030" : "#ffffff";
    document.body.style.color = dark ? "#f1f1f1" : "#202124";
  }};
  paint();
  new MutationObserver(paint).observe(host, {{ attributes: true, attributeFilter: ["class"] }});
}}
"""


def page_module(fault: Fault, *, restart: bool = True) -> bytes:
    """The JavaScript module that TensorBoard's frame loads and whose `render` it calls: text nodes and nothing else.

    Args:
        fault: what is wrong.
        restart: whether TensorBoard has to be started again afterwards; else the page is loaded again.
    """
    text = json.dumps({"reason": fault.reason, "command": fault.command})
    then = (
        ("Then start TensorBoard again.", "然后重新启动 TensorBoard。")
        if restart
        else ("Then load this page again.", "然后重新加载此页面。")
    )
    return _PAGE.format(fault=text, then_en=then[0], then_zh=then[1]).encode()


class BrokenTab(base_plugin.TBPlugin):  # type: ignore[misc]  # TensorBoard ships no types
    """Stands in TensorBoard's list for the plugin that could not be made.

    Args:
        fault: why not.
    """

    plugin_name = "rlboard"

    def __init__(self, fault: Fault) -> None:
        self._fault = fault

    def get_plugin_apps(self) -> dict[str, Any]:
        """The page, and the reason for whoever asks the routes of http_api.md."""
        page = page_module(self._fault)
        reason = self._fault.sentence.encode()
        return {
            _MODULE: _application("200 OK", "text/javascript; charset=utf-8", page),
            "/*": _application("503 Service Unavailable", "text/plain; charset=utf-8", reason),
        }

    def is_active(self) -> bool:
        """Always: who installed it looks for it."""
        return True

    def frontend_metadata(self) -> base_plugin.FrontendMetadata:
        """The tab: its module and its name."""
        return base_plugin.FrontendMetadata(es_module_path=_MODULE, tab_name="RL Board")


def _application(status: str, kind: str, body: bytes) -> Any:
    headers = [
        ("Content-Type", kind),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
    ]

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response(status, headers)
        return [b"" if environ.get("REQUEST_METHOD") == "HEAD" else body]

    return application
