"""Films that dream: DeepDream for video, with the dream riding on what moves."""

__version__ = "0.1.0"
