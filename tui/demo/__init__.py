"""The embedded fleet: API servers on loopback, a simulated Flux, and a real Git repository that it follows."""
