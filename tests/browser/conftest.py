"""The page in a real browser: Chromium, driven by Playwright. Where one is missing, these tests say so and rest."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 240_000.0  # milliseconds, for machines on which others work, too


@dataclass
class Server:
    """The command, running: its `port`, and the folder of its visitors."""

    data: Path
    words: tuple[str, ...] = ()
    port: int = 0
    told: list[str] = field(default_factory=list)
    process: Any = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def begin(self) -> Server:
        """Starts it, and waits until it says where the page is."""
        words = [sys.executable, "-m", "mariana_video", "studio", "--no-browser", *self.words]
        surroundings = {**os.environ, "XDG_DATA_HOME": str(self.data), "PYTHONPATH": str(ROOT)}
        log = self.data / "told.txt"
        with log.open("w") as told:
            self.process = subprocess.Popen(words, stderr=told, stdout=told, env=surroundings, cwd=ROOT)
        for _ in range(1200):
            self.told = log.read_text().splitlines()
            found = re.search(r"the page is at http://.*:(\d+)/", log.read_text())
            if found is not None:
                self.port = int(found[1])
                break
            time.sleep(0.1)
        assert self.port, self.told
        for _ in range(600):
            try:
                if self.ask("/", headers={"authorization": "x"})[0]:
                    return self
            except OSError:
                time.sleep(0.1)
        raise AssertionError(self.told)

    def ask(
        self, path: str, method: str = "GET", body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes, dict[str, str]]:
        """One request, its path just as it is written. Gives status, body and headers."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        line.putrequest(method, path, skip_host=bool(headers and "host" in headers))
        given = {**({} if body is None else {"content-length": str(len(body))}), **(headers or {})}
        for key, value in given.items():
            line.putheader(key, value)
        line.endheaders(body)
        answer = line.getresponse()
        found = answer.status, answer.read(), {key.lower(): value for key, value in answer.getheaders()}
        line.close()
        return found

    def kill(self) -> None:
        """Ends it as a crash does."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def end(self) -> None:
        """Ends it in good order."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is missing: pip install -e '.[browser]'")
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("Chromium is missing: apt install chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    pytest.importorskip("gradio", reason="Gradio is missing: pip install -e '.[browser]'")
    made = Server(tmp_path_factory.mktemp("data")).begin()
    yield made
    if made.process.poll() is None:
        made.end()


@pytest.fixture
def visitor(chromium: Any, server: Server) -> Iterator[Any]:
    """A new visitor's page."""
    context = new_visitor(chromium)
    page = opened(context, server)
    yield page
    context.close()


def new_visitor(chromium: Any, width: int = 1400, scheme: str = "light") -> Any:
    """A browser of its own, with its own cookies."""
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, accept_downloads=True)
    context.set_default_timeout(PATIENCE)
    return context


def opened(context: Any, server: Server) -> Any:
    """The page, as soon as it can be used. What it complains of is kept in `page.complaints`."""
    page = context.new_page()
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.goto(server.address)
    page.wait_for_selector("#looks input")
    page.wait_for_function("document.querySelector('#works')")
    return page


def write(page: Any, knob: str, text: str) -> None:
    """Writes into a knob, as a person does."""
    place = f"#knob-{knob} textarea, #knob-{knob} input:not([type=range])"
    page.click(place)
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def quickly(page: Any) -> None:
    """Turns the knobs so that a dream takes a fraction of a second."""
    if not page.is_visible("#knob-first_steps"):
        page.click("#turning button:has-text('More of the look')")
    for name, value in (("motif_size", "1"), ("first_steps", "1"), ("octaves", "1")):
        write(page, name, value)


def take_sample(page: Any, name: str = "chelsea") -> None:
    """Takes a sample, and waits for its first dream, a quick one."""
    quickly(page)
    page.wait_for_timeout(1000)
    page.click(f"[data-sample={name}]")
    page.wait_for_selector(".compare img.before")
    sharp(page)


def choose(page: Any, look: str) -> None:
    """Chooses a look, and waits until the command says so."""
    page.click(f"#looks label:has-text('{look}')")
    page.wait_for_function(f"document.querySelector('#command textarea').value.includes('--recipe {look}')")


def sharp(page: Any) -> None:
    """Waits until the sharp preview stands."""
    page.wait_for_function(
        "document.querySelector('.compare:not(.busy) .word')?.textContent === ''"
        " && document.querySelector('.compare img').src.includes('sharp')"
    )


def small(page: Any, length: str, size: str = "96x") -> None:
    """Turns the knobs so that a film takes seconds."""
    page.click("#turning button:has-text('Part, size and file')")
    write(page, "size", size)
    write(page, "duration", length)
    page.wait_for_function(f"document.querySelector('#command textarea').value.includes('--duration {length} --size')")


def work(page: Any, words: str, place: int = 0) -> None:
    """Waits until a work says so of itself; the latest is the first."""
    page.wait_for_function(
        f"document.querySelectorAll('#works li')[{place}]?.querySelector('.how')?.textContent.includes({words!r})"
    )
