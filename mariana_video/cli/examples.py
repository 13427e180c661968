"""Examples that `--help` shows below the options of a command. The docs' tests run them."""

from __future__ import annotations

EXAMPLES = {
    "video": (
        "mariana video clip.mp4 dream.mp4",
        "mariana video clip.mp4 try.mp4 --start 10 --duration 2 --size 640x",
        "mariana video clip.mp4 animals.mp4 --network vgg16 --carry 0.95",
        'mariana video clip.mp4 rising.mp4 --strength "0:(0.2), 5s:(1.5)"',
        "mariana video clip.mp4 masked.mp4 --mask mask.png",
    ),
    "image": (
        "mariana image photo.jpg dream.png --strength 1.5",
        "mariana image clip.mp4 still.png --at 2s",
        "mariana image photos/ dreams/",
    ),
    "zoom": (
        "mariana zoom photo.jpg dive.mp4",
        "mariana zoom photo.jpg round.mp4 --loop source --duration 12",
        'mariana zoom noise turning.gif --duration 3 --size 320x --rotate "20*sin(sec)"',
    ),
    "progress": (
        "mariana progress photo.jpg steps.gif --steps 200",
        "mariana progress photo.jpg sheet.png",
        'mariana progress photo.jpg compared.png --columns "layers=conv2_2,conv4_2"',
    ),
    "finish": ("mariana finish dream.mp4",),
    "measure": ("mariana measure clip.mp4 dream.mp4",),
    "networks": ("mariana networks",),
    "layers": ("mariana layers vgg16",),
    "train": ("mariana train pictures/ mine.safetensors --init mariana-wide",),
    "evaluate": ("mariana evaluate mine.safetensors pictures/",),
}


def epilogue(command: str) -> str:
    """The examples of a command, as the last lines of its help."""
    return "\n".join(["Examples:", "", "```", *EXAMPLES[command], "```"])
