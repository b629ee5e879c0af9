"""One backbone's attempt at a prompt, from queue to clip."""
