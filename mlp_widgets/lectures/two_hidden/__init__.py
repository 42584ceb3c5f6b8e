"""Two hidden ReLU neurons: both passes, dead ReLUs, skips. MIT 6.390, "Neural Networks II"."""
