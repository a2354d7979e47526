"""The till: drawers of cash, the shifts in which they are open, and what was counted against what the books say."""
