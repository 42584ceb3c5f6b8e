"""One neuron, its activation and slope, and SGD on one point. MIT 6.390, "Neural Networks II"."""
