"""Works in Chromium: stopped, gone on with, found again after a closed page and a killed program, of two visitors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mariana_video.media.stills.pictures import write_picture
from tests.api.shots import cut_clip
from tests.browser.conftest import Server, new_visitor, opened, quickly, sharp, small, take_sample, work
from tests.conftest import texture

pytestmark = pytest.mark.browser


def begin(page: Any, length: str = "2") -> None:
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
    begin(first, "3")
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


def test_each_shot_has_a_look_of_its_own(visitor: Any, tmp_path: Path) -> None:
    page = visitor
    cut_clip(tmp_path / "cuts.mp4")
    quickly(page)
    page.set_input_files("#source input", tmp_path / "cuts.mp4")
    sharp(page)
    page.click("#cuts")
    page.wait_for_selector("#shots label:nth-of-type(5)")
    assert page.locator("#strip i").count() == 3
    page.click("#shots label:nth-of-type(3)")
    page.click("#looks label:has-text('slugs')")
    page.wait_for_selector("#shots label:has-text('slugs')")
    page.click("#shots label:nth-of-type(4)")
    page.click("#looks label:has-text('as filmed')")
    page.wait_for_selector("#shots label:has-text('as filmed')")
    page.wait_for_function("document.querySelector('.compare .word')?.textContent === 'as it was filmed'")
    page.click("#make-video")
    work(page, "done")
    told = page.evaluate("fetch('/studio/works').then((answer) => answer.json())")["works"][0]
    assert told["words"].endswith("--shots shots.toml")


def test_the_wall_is_filled_and_a_look_of_it_taken(visitor: Any, tmp_path: Path) -> None:
    page = visitor
    write_picture(tmp_path / "small.png", texture(48, 64))
    quickly(page)
    page.set_input_files("#source input", tmp_path / "small.png")
    sharp(page)
    page.click("button[role=tab]:has-text('Explore')")
    page.click("#make-explore")
    page.wait_for_selector("#wall figure:nth-of-type(2)")
    page.click("#works button:has-text('Stop')")
    work(page, "stopped")
    page.click("#wall figure:nth-of-type(2) button:has-text('Take it')")
    page.wait_for_function("document.querySelector('#command textarea').value.includes('look.toml')")
    assert page.complaints == []


def test_dives_steps_and_two_seconds_of_it(visitor: Any) -> None:
    page = visitor
    take_sample(page, "bunny")
    small(page, "0.2", "64x")
    for tab, name in (("Dive", "zoom"), ("Steps", "progress")):
        page.click(f"button[role=tab]:has-text('{tab}')")
        page.click(f"#make-{name}")
        page.wait_for_selector(f"#works li b:has-text('-{tab.lower()}')")
        work(page, "done")
    page.click("button[role=tab]:has-text('Loop')")
    page.click("#make-loop")
    page.wait_for_selector("#works .error:has-text('--loop goes in')")
    page.click("button[role=tab]:has-text('Dive')")
    page.click("#move-zoom")
    page.wait_for_selector("#moved video")
    assert page.complaints == []
