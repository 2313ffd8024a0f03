"""A local world for demo and tests: the three services on the wire, and a real control plane."""
