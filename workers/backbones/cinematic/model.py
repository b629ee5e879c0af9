"""Cinematic: every token of the chunk sees every other, so light and crowds hold together."""

from torch import Tensor

from workers.transformer import VideoTransformer


class CinematicTransformer(VideoTransformer):
    """Full space-time attention over groups of eight frames: long chunks, slow change."""

    def attend(self, tokens: Tensor, text: Tensor, angles: Tensor, modulation: Tensor) -> Tensor:
        """One window holds the whole chunk."""
        b, f, s, d = tokens.shape
        tokens = tokens.reshape(b, 1, f * s, d)
        angles = angles.reshape(1, f * s, -1)
        for block in self.blocks:
            tokens = block(tokens, text, angles, modulation)
        return tokens.view(b, f, s, d)
