"""Examples that `--help` shows below the options of a command. The docs' tests run them."""

from __future__ import annotations

EXAMPLES = {
    "video": (
        "mariana video clip.mp4 dream.mp4",
        "mariana video clip.mp4 deep.mp4 --recipe abyss",
        "mariana video clip.mp4 try.mp4 --start 10 --duration 2 --layers conv4_1",
        'mariana video clip.mp4 rising.mp4 --strength "0:(0.2), 2s:(1.5)" --layers "0:(conv3_3), 2s:(conv4_3)"',
        "mariana video clip.mp4 animals.mp4 --network vgg16 --carry 0.95",
    ),
    "shots": (
        "mariana shots clip.mp4",
        "mariana shots clip.mp4 scenes.toml --cut-threshold 20",
    ),
    "image": (
        "mariana image photo.jpg dream.jpg",
        "mariana image clip.mp4 frame.png --at 10 --layers conv4_1",
        "mariana image photos dreams",
    ),
    "explore": (
        "mariana explore photo.jpg looks",
        "mariana explore photo.jpg more --count 12 --like looks/0007.png",
        "mariana explore clip.mp4 walk.mp4 --blend looks/0003.png looks/0007.png",
    ),
    "zoom": (
        "mariana zoom photo.jpg dive.mp4",
        'mariana zoom photo.jpg turning.mp4 --duration 20 --rotate "20*sin(sec)"',
        "mariana zoom photo.jpg round.webp --loop source --duration 4 --size 320x",
    ),
    "progress": (
        "mariana progress photo.jpg steps.gif --steps 60 --size 320x",
        'mariana progress photo.jpg compared.png --columns "layers=conv2_2,conv4_2"',
    ),
    "recipes": ("mariana recipes",),
    "recipe": ("mariana recipe dream.mp4", "mariana recipe abyss"),
    "finish": ("mariana finish dream.mp4",),
    "measure": ("mariana measure clip.mp4 dream.mp4",),
    "networks": ("mariana networks",),
    "layers": (
        "mariana layers vgg16",
        "mariana layers mariana --sheet photo.jpg",
        'mariana layers mariana motifs.png --channels "conv4_3[17] + conv4_3[40]"',
    ),
    "train": ("mariana train pictures mine.safetensors --init mariana-wide",),
    "evaluate": ("mariana evaluate mine.safetensors pictures",),
    "bench": ("mariana bench",),
    "studio": ("mariana studio",),
}


def epilogue(command: str) -> str:
    """The examples of a command, as the last lines of its help."""
    return "\n".join(["Examples:", "", "```", *EXAMPLES[command], "```"])
