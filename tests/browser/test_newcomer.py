"""A newcomer's whole way, in Chromium: drop, look, knobs, render, download; by mouse, by keyboard, on a telephone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Server, choose, new_visitor, opened, quickly, sharp, small, take_sample, work, write
from tests.conftest import make_clip

pytestmark = pytest.mark.browser
_KEPT = os.environ.get("MARIANA_PICTURES", "")  # a folder in which the pictures of docs/STUDIO.md are renewed


def test_from_the_drop_to_the_download(visitor: Any, tmp_path: Path) -> None:
    page = visitor
    assert "1 GB" in page.text_content("#source-told")
    quickly(page)
    page.set_input_files("#source input", make_clip(tmp_path / "Our Holiday.mp4", frames=30, size=(160, 96)))
    sharp(page)
    assert "Our-Holiday" in page.text_content("#taken")
    choose(page, "slugs")
    quickly(page)
    small(page, "0.4")
    page.click("#make-video")
    work(page, "done")
    with page.expect_download() as coming:
        page.click("#works a:has-text('Download')")
    assert coming.value.suggested_filename == "Our-Holiday-dream.mp4"
    got = tmp_path / "got.mp4"
    coming.value.save_as(got)
    assert got.read_bytes()[4:8] == b"ftyp"
    page.set_input_files("#recipe input", got)
    page.wait_for_function("document.querySelector('#recipe-told').textContent.includes('own')")
    page.wait_for_function("document.querySelector('#command textarea').value.includes('look.toml')")
    page.reload()
    work(page, "done")
    sharp(page)
    assert "Our-Holiday" in page.text_content("#taken")
    assert page.is_checked("#looks label:has-text('own') input")
    assert page.complaints == []


def test_by_keyboard_alone(visitor: Any) -> None:
    page = visitor
    quickly(page)
    page.focus("[data-sample=chelsea]")
    page.keyboard.press("Enter")
    sharp(page)
    page.focus(".compare input")
    before = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--cut')")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--cut')") != before
    page.focus("#looks input:checked")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('#command textarea').value.includes('--recipe')")
    page.focus("#knob-strength input[type=range]")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('#command textarea').value.includes('--strength')")
    reached = set()
    page.focus("#source input")
    for _ in range(80):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.closest('[id]')?.id"))
    assert {"make-video", "move-video", "back"} <= reached


def test_a_knob_that_cannot_be_is_told_in_the_command_lines_words(visitor: Any) -> None:
    take_sample(visitor)
    write(visitor, "octaves", "99")
    visitor.wait_for_selector("#told .error")
    assert "--octaves 99: give a number from 1 to 20" in visitor.text_content("#told")


@pytest.mark.parametrize(("width", "scheme"), [(400, "dark"), (900, "light"), (1400, "light")])
def test_it_fits_and_is_seen(chromium: Any, server: Server, tmp_path: Path, width: int, scheme: str) -> None:
    context = new_visitor(chromium, width, scheme)
    page = opened(context, server)
    take_sample(page, "bunny")
    if _KEPT:
        choose(page, "slugs")
        sharp(page)
        page.click("#turning button:has-text('More of the look')")
        page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    dark = page.evaluate("getComputedStyle(document.querySelector('.gradio-container')).backgroundColor")
    assert (dark == "rgb(11, 20, 24)") is (scheme == "dark")
    place = Path(_KEPT) if _KEPT else tmp_path
    page.screenshot(path=place / f"studio-{width}.jpg", quality=80, type="jpeg", full_page=width == 400)
    assert page.complaints == []
    context.close()
