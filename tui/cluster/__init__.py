"""Kubernetes API servers: kubeconfig, credentials, connections, and what is watched through them."""
