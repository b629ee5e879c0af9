"""One folder per backbone: network, recipe, weights and card. The catalogue names them."""
