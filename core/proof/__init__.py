"""The proof that nothing is sold twice and no cent is lost: what must always be true, and a crowd that tries to break it."""
