"""The harness: judges the programs of the workshop.

A stage's tests need three names of it: `gap` says which gap a test judges, `expect` checks
and explains, and the fixture `program` (harness/plugin.py) starts what was built.
"""

from __future__ import annotations

from harness.explain import Failure, expect, gap

__all__ = ["Failure", "expect", "gap"]
