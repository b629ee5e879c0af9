"""One prompt across several backbones."""
