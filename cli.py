"""The command from a checkout, without installing: `python cli.py video clip.mp4 dream.mp4`."""

from mariana_video.__main__ import main

if __name__ == "__main__":
    main()
