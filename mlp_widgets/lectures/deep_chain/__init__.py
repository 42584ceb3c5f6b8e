"""The deep chain of width 1: vanishing and exploding gradients. CMU 10-315 and MIT 6.390."""
