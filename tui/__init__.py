"""gitops-tui: watch and steer Flux across many Kubernetes contexts, from a terminal."""

__version__ = "0.1.0"
