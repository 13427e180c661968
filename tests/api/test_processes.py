"""Works in processes of their own: spawned, forked before the first use, and after it."""

from __future__ import annotations

import os
import subprocess
import sys
from multiprocessing import get_context
from pathlib import Path

import pytest

import mariana_video
from mariana_video.errors import UsageError
from tests.api.works import QUICK, film
from tests.job.jobs import seen


def _spawned(weights: str) -> str:
    options = {**QUICK, "network": weights}
    return str(mariana_video.video("clip.mkv", "spawned.mkv", codec="ffv1", **options).run())


def test_in_a_spawned_process(desk: Path) -> None:
    film("whole.mkv").run()
    with get_context("spawn").Pool(1) as pool:
        assert pool.apply(_spawned, (str(QUICK["network"]),)) == "spawned.mkv"
    assert seen(desk / "spawned.mkv") == seen(desk / "whole.mkv")


FIRST = """
import os, sys
import mariana_video

child = os.fork()
if not child:
    mariana_video.image("photo.png", "forked.png", network=sys.argv[1], first_steps=1).run()
    os._exit(0)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system forks no processes")
def test_forked_before_its_first_use_it_works_and_after_it_says_so(desk: Path) -> None:
    command = [sys.executable, "-c", FIRST, str(QUICK["network"])]
    subprocess.run(command, capture_output=True, check=True, timeout=120)
    assert (desk / "forked.png").is_file()
    film("whole.mkv").run()
    child = os.fork()
    if not child:
        try:
            film("forked.mkv")
        except UsageError as error:
            os._exit(3 if "spawn" in str(error) and "\n" not in str(error) else 4)
        os._exit(5)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3
