"""The names of all parameters, and how many there are. CMU 10-315, "Neural Networks"."""
