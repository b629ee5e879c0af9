"""Vertical-social: space and time in turn, the cheapest way to attend to a second of video."""

from torch import Tensor

from workers.transformer import VideoTransformer


class VerticalSocialTransformer(VideoTransformer):
    """Factorised attention: even blocks look within a frame, odd ones along time at one place."""

    def attend(self, tokens: Tensor, text: Tensor, angles: Tensor, modulation: Tensor) -> Tensor:
        """Windows are frames, then columns of time."""
        for number, block in enumerate(self.blocks):
            if number % 2 == 0:
                tokens = block(tokens, text, angles, modulation)
            else:
                columns = tokens.transpose(1, 2)
                tokens = block(columns, text, angles.transpose(0, 1), modulation).transpose(1, 2)
        return tokens
