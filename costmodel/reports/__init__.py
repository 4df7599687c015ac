"""Ways to show a ledger; nothing here computes a cost."""
