"""Reference images: the first frame of a take."""
