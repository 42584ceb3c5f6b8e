"""Both passes as facts: every operation with its numbers, and why a gradient is 0.

Generated from a network, its traces and a table of names, for every lab alike. numpy only.
"""
