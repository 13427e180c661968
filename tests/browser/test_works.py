"""Works in Chromium: stopped, gone on with, found again after a closed page and a killed program, of two visitors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Server, new_visitor, opened, small, take_sample, work

pytestmark = pytest.mark.browser


def begin(page: Any, length: str = "3") -> None:
    take_sample(page, "bunny")
    small(page, length)
    page.click("#make-video")


def running(page: Any) -> None:
    page.wait_for_function("document.querySelector('#works .how')?.textContent.match(/^[1-9][0-9]* of/)")


def test_stopped_and_gone_on_with_after_the_page_was_closed(chromium: Any, server: Server) -> None:
    context = new_visitor(chromium)
    page = opened(context, server)
    begin(page)
    running(page)
    assert page.is_visible("#works .face")
    page.click("#works button:has-text('Stop')")
    work(page, "nothing is lost")
    page.close()
    page = opened(context, server)
    work(page, "nothing is lost")
    page.click("#works button:has-text('Go on')")
    page.close()
    page = opened(context, server)
    work(page, "done")
    page.click("#works button:has-text('Remove')")
    page.wait_for_selector("#none:not([hidden])")
    context.close()


def test_found_again_after_the_program_was_killed(chromium: Any, tmp_path: Path) -> None:
    first = Server(tmp_path).begin()
    context = new_visitor(chromium)
    page = opened(context, first)
    begin(page)
    running(page)
    first.kill()
    page.close()
    second = Server(tmp_path).begin()
    page = opened(context, second)
    work(page, "stopped at")
    assert "nothing is lost" in page.text_content("#works li")
    page.click("#works button:has-text('Go on')")
    work(page, "done")
    context.close()
    second.end()


def test_two_visitors_wait_for_each_other_and_see_nothing_of_each_other(chromium: Any, server: Server) -> None:
    one, other = new_visitor(chromium), new_visitor(chromium)
    first, second = opened(one, server), opened(other, server)
    take_sample(second, "bunny")
    small(second, "0.2")
    begin(first)
    running(first)
    second.click("#make-video")
    work(second, "waits for 1 other")
    assert second.locator("#works li").count() == 1
    seen = first.get_attribute("#works .face", "src")
    assert one.request.get(server.address + seen[1:]).status == 200
    assert other.request.get(server.address + seen[1:]).status == 404
    first.click("#works button:has-text('Stop')")
    work(second, "done")
    name = seen.split("/")[4]
    asked = other.request.post(server.address + f"studio/work/{name}/remove", headers={"x-mariana": "1"})
    assert asked.status == 200
    assert first.locator("#works li").count() == 1
    one.close()
    other.close()
