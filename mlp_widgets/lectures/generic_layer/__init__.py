"""The generic layer of CMU 10-315: check a layer that a student wrote, and chain such layers."""
