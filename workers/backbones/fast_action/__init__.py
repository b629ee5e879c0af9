"""The fast-action backbone: its network and how to load it."""

from pathlib import Path

from workers.backbones.fast_action.model import FastActionTransformer as Transformer
from workers.pipeline import Pipeline, load_house

__all__ = ["Transformer", "load"]


def load(device: str) -> Pipeline:
    """The pipeline with this folder's weights."""
    return load_house(Transformer, Path(__file__).parent, device)
