"""While a film is made torch's threads sleep when they wait, also in a host that has had torch for long."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import torch

from mariana_video.footage.waiting import waiting_asleep

ROOT = Path(__file__).parents[2]
HOST = """
import multiprocessing, time
import torch

def busy() -> float:
    "Seconds of the processor that waiting takes, for work comes now and then only."
    began = time.process_time()
    for _ in range(60):
        torch.zeros(1 << 20).add_(1)
        time.sleep(0.01)
    return time.process_time() - began

def forked(told):
    from mariana_video.errors import DreamError
    from mariana_video.footage.waiting import waiting_asleep
    try:
        with waiting_asleep():
            torch.zeros(1 << 20).add_(1)  # would never come back
    except DreamError as error:
        told.put(str(error))

if __name__ == "__main__":
    busy()
    before = busy()
    from mariana_video.footage.waiting import waiting_asleep
    with waiting_asleep():
        within = busy()
    after = busy()
    print(before, within, after)
    context = multiprocessing.get_context("fork")
    told = context.Queue()
    child = context.Process(target=forked, args=(told,), daemon=True)
    child.start()
    print(told.get(timeout=20))
"""


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="GNU's OpenMP is that of Linux's torch")
def test_a_hosts_threads_sleep_for_as_long_as_it_takes_and_a_fork_of_it_is_told() -> None:
    if (os.cpu_count() or 1) < 2:
        pytest.skip("one thread never waits")
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith(("OMP_", "GOMP_"))}
    words = [sys.executable, "-c", HOST]
    done = subprocess.run(words, cwd=ROOT, env=surroundings, capture_output=True, text=True, timeout=60, check=True)
    figures, sentence = done.stdout.splitlines()
    before, within, after = map(float, figures.split())
    assert within < 0.6 * before
    assert within < 0.6 * after  # the host's own way is given back
    assert "spawn" in sentence


def test_no_thread_stays_and_an_error_comes_through() -> None:
    before = threading.active_count()
    with pytest.raises(ValueError, match="own"), waiting_asleep(), waiting_asleep():
        raise ValueError("own")
    assert threading.active_count() == before


def test_nothing_of_the_host_is_changed() -> None:
    before = dict(os.environ), torch.get_num_threads()
    with waiting_asleep():
        torch.zeros(1 << 20).add_(1)
        assert (dict(os.environ), torch.get_num_threads()) == before
    assert (dict(os.environ), torch.get_num_threads()) == before
