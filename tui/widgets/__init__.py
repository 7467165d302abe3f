"""Panes that draw what they are given. They know no network, no store and no clock."""
