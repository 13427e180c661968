"""What the server of processes loads before it forks: all that a film needs, and not one computation."""

import os

os.environ["OMP_NUM_THREADS"] = "1"
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import av  # noqa: F401
import cv2
import safetensors.torch  # noqa: F401
import scenedetect  # noqa: F401
import torch
import tqdm  # noqa: F401

import mariana_video.cli.app
import mariana_video.footage.film
import mariana_video.footage.plan
import mariana_video.job.conditions
import mariana_video.job.finish
import mariana_video.job.job
import mariana_video.loop.dreamer  # noqa: F401

torch.set_num_threads(1)
cv2.setNumThreads(1)
