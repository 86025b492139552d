"""Makes the workshop's options and fixtures known to every test of the repository."""

pytest_plugins = ["harness.plugin"]
