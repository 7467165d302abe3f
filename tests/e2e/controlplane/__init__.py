"""The control plane that the end-to-end tests run: its binaries, built from Go modules and kept in a cache folder."""
