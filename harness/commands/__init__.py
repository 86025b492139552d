"""The commands of the harness: a module each, with main(arguments) -> exit code."""
