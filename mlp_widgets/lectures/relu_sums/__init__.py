"""Sums of ReLUs: how many hinges a curve needs. MIT 6.390 and CMU 10-315, "Neural Networks"."""
