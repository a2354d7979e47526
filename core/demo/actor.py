"""Who did it, in the activity log: the demo, not a person."""

from core.kernel.activity import Actor

DEMO = Actor("system", "demo", "Demo")
