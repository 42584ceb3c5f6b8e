"""Wider networks: how large the first weights should be. MIT 6.390, "Neural Networks II"."""
