"""The rendered worlds the backbones learn from: scenes, their ground truth, and nothing else."""
