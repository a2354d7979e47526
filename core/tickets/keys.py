"""The keys that sign tickets: made once from the settings, published for scanners that work without a network."""

import base64
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from core.kernel.context import settings
from core.tickets.qr import key_id


def signing_key() -> Ed25519PrivateKey:
    """The office's key, of the settings of the present application."""
    return _from_seed(settings().ticket_signing_key)


def public_keys() -> dict[bytes, Ed25519PublicKey]:
    """The keys whose tickets count here, by key id: what `qr.verify` wants."""
    key = signing_key().public_key()
    return {key_id(key): key}


def published_keys() -> list[dict[str, str]]:
    """The same for scanners, as JSON: key id in hex, algorithm, raw public key in base64."""
    return [
        {
            "key_id": name.hex(),
            "algorithm": "Ed25519",
            "public_key": base64.b64encode(key.public_bytes_raw()).decode(),
        }
        for name, key in public_keys().items()
    ]


@lru_cache(maxsize=4)
def _from_seed(seed: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(seed))
