"""A backbone ready to run: prompt encoder, transformer, autoencoder."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path

import torch

from app.catalogue import catalogue
from app.config import settings
from workers.autoencoder import Autoencoder
from workers.text import WEIGHTS as ENCODER_WEIGHTS
from workers.text import PromptEncoder
from workers.transformer import VideoTransformer

AUTOENCODER = Path(__file__).parent / "backbones" / "autoencoder"


class WeightsMissingError(FileNotFoundError):
    """A backbone has a network but nobody has trained it yet."""


@dataclass(frozen=True)
class Pipeline:
    """Everything that turns a prompt into frames, on one device."""

    encoder: PromptEncoder
    transformer: VideoTransformer
    autoencoder: Autoencoder
    weights_sha256: str

    @property
    def device(self) -> torch.device:
        """Where the transformer runs."""
        return next(self.transformer.parameters()).device


def weights_digest(folders: tuple[Path, ...]) -> str:
    """SHA-256 over every weights file of `folders`, in order of name."""
    digest = hashlib.sha256()
    for folder in folders:
        files = sorted(folder.glob("*.safetensors")) if folder.is_dir() else [folder]
        for file in files:
            digest.update(file.read_bytes())
    return digest.hexdigest()


def load_house(kind: type[VideoTransformer], folder: Path, device: str) -> Pipeline:
    """Load a house backbone from its folder; WeightsMissingError says how to make what is not there."""
    if not any(folder.glob("*.safetensors")):
        name = folder.name.replace("_", "-")
        raise WeightsMissingError(f"{name} has no weights yet; `triptych train {name}` makes them")
    transformer = (
        kind.from_pretrained(folder, torch_dtype=torch.bfloat16, low_cpu_mem_usage=False).to(device).eval()
    )
    autoencoder = Autoencoder.from_pretrained(
        AUTOENCODER, torch_dtype=torch.float32, low_cpu_mem_usage=False
    ).eval()
    autoencoder.to(device, memory_format=torch.channels_last)
    encoder = PromptEncoder.load()
    digest = weights_digest((folder, AUTOENCODER, ENCODER_WEIGHTS))
    return Pipeline(encoder, transformer, autoencoder, digest)


@lru_cache(maxsize=1)
def load(backbone: str, device: str) -> Pipeline:
    """The pipeline of a catalogue entry, through the loader that it names."""
    torch.set_num_threads(settings().threads)
    return import_module(catalogue()[backbone].loader).load(device)
