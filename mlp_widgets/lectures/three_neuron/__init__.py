"""The three-neuron traffic network: a fit with seven parameters. CMU 10-315, "Neural Networks"."""
