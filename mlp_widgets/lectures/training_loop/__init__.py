"""The training loop line by line; GD, SGD and mini-batches. MIT 6.390, "Neural Networks II"."""
