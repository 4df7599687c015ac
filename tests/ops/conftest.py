"""How hard these tests look for a wrong formula: `--hypothesis-profile fast` looks at the same few settings every time."""

from hypothesis import settings

settings.register_profile("fast", derandomize=True, database=None, max_examples=25)
