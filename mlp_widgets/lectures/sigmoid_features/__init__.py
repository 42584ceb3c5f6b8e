"""Two sigmoid features, and what they make separable. MIT 6.390, "Neural Networks II"."""
