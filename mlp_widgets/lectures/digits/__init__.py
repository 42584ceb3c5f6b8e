"""Handwritten digits, learned by the core. MIT 6.390 "Neural Networks II"; CMU 10-315."""
