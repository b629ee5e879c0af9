"""Fast-action: every frame keeps its own tokens; windows of a few frames slide along time."""

from torch import Tensor

from workers.transformer import VideoTransformer

WINDOW = 6


class FastActionTransformer(VideoTransformer):
    """Shifted windows in time over unfolded frames (after Swin, arXiv 2103.14030).

    The shift wraps around: the last frames share a window with the context, which lets
    identity flow through the chunk and needs no mask.
    """

    def attend(self, tokens: Tensor, text: Tensor, angles: Tensor, modulation: Tensor) -> Tensor:
        """Windows of WINDOW frames, shifted by half of one in every other block."""
        b, f, s, d = tokens.shape
        if f % WINDOW:
            raise ValueError(f"{f} frames do not fill windows of {WINDOW}")
        windows = angles.reshape(f // WINDOW, WINDOW * s, -1)
        shifted = angles.roll(-WINDOW // 2, 0).reshape(f // WINDOW, WINDOW * s, -1)
        for number, block in enumerate(self.blocks):
            if number % 2 == 0:
                tokens = block(tokens.reshape(b, f // WINDOW, WINDOW * s, d), text, windows, modulation)
                tokens = tokens.view(b, f, s, d)
            else:
                rolled = tokens.roll(-WINDOW // 2, 1).reshape(b, f // WINDOW, WINDOW * s, d)
                tokens = block(rolled, text, shifted, modulation).view(b, f, s, d).roll(WINDOW // 2, 1)
        return tokens
