"""Credits: grants, holds and their resolutions."""
