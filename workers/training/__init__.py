"""Everything that makes weights: rendered worlds, captions, and the training loops."""
