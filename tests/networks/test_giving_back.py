"""What the C library keeps is given back where it is much."""

import subprocess
import sys
import textwrap

import pytest

_KEEPS = """
    from mariana_video.cli.terminal.process import set_up

    set_up()
    import torch

    from mariana_video.dream.room import standing
    from mariana_video.networks.device import give_back

    cpu = torch.device("cpu")
    blocks = [torch.ones(1_000_000) for _ in range(50)]
    del blocks[::2]  # 100 MB in gaps between those that are left
    full = standing(cpu)
    for above in (1_000_000_000, 80_000_000):
        give_back(above)
        print(full - standing(cpu))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only there it is known how")
def test_what_was_freed_is_given_back_where_there_is_more_than_may_be_kept() -> None:
    command = [sys.executable, "-c", textwrap.dedent(_KEEPS)]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    below, above = map(int, told.stdout.split())
    assert below < 10_000_000
    assert above > 70_000_000
