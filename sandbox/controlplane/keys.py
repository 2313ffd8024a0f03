"""The keys of a control plane: its CA, the API server's certificate, the ServiceAccount key, two tokens."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True)
class Keys:
    """Files in a folder of a control plane. They are made once, so that a kept one stays trusted."""

    folder: Path

    @property
    def ca(self) -> Path:
        """The certificate of the CA that signed the API server's."""
        return self.folder / "ca.crt"

    @property
    def certificate(self) -> Path:
        """The API server's certificate, for 127.0.0.1 and localhost."""
        return self.folder / "apiserver.crt"

    @property
    def private_key(self) -> Path:
        """The API server's private key."""
        return self.folder / "apiserver.key"

    @property
    def service_accounts(self) -> Path:
        """The private key that signs the tokens of ServiceAccounts."""
        return self.folder / "sa.key"

    @property
    def tokens(self) -> Path:
        """The static tokens, in the format of kube-apiserver's `--token-auth-file`."""
        return self.folder / "tokens.csv"

    def token(self, user: str) -> str:
        """The static token of `user` (one of those that `create` was given)."""
        for line in self.tokens.read_text().splitlines():
            token, name, _ = line.split(",", 2)
            if name == user:
                return token
        raise KeyError(user)

    def create(self, administrators: list[str]) -> None:
        """Make what is missing; each administrator is in the group system:masters."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.tokens.exists():
            return
        authority = trustme.CA(organization_name="Navaar sandbox")
        leaf = authority.issue_cert("127.0.0.1", "localhost")
        chain = b"".join(certificate.bytes() for certificate in leaf.cert_chain_pems)
        _write(self.ca, authority.cert_pem.bytes())
        _write(self.certificate, chain)
        _write(self.private_key, leaf.private_key_pem.bytes())
        _write(self.service_accounts, trustme.CA().private_key_pem.bytes())
        # Last, as its presence says that all are there.
        lines = [f'{secrets.token_urlsafe(32)},{name},{name},"system:masters"\n' for name in administrators]
        _write(self.tokens, "".join(lines).encode())


def _write(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)
