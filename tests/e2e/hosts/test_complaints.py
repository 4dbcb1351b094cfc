"""What a test of a browser says when something went wrong in the page: the server's reason is part of it."""

from __future__ import annotations

import pytest
from hosting import TensorBoard
from playwright.sync_api import Browser
from tab import Tab

pytestmark = pytest.mark.browser


def test_a_refused_request_is_complained_of_with_the_sentence_of_the_server(
    chromium: Browser, library: TensorBoard
) -> None:
    context = chromium.new_context()
    try:
        tab = Tab(context.new_page(), library, host=False).open(run="ppo")
        assert tab.complaints == []
        with (
            tab.page.expect_console_message(lambda message: message.type == "error"),
            tab.page.expect_request_finished(lambda request: request.url.endswith("run=gone")),
        ):
            tab.js("() => fetch('samples?run=gone').then((answer) => answer.text())")
        (complaint,) = tab.complaints
        assert "404" in complaint
        assert "/data/plugin/rlboard/samples?run=gone)" in complaint
        assert "There is no run gone" in complaint
    finally:
        context.close()
    assert tab.complaints == [complaint]
