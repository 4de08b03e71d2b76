"""A private CA, and certificates that it signs."""
import pathlib

from .processes import run

_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


class Certificates:
    def __init__(self, folder: pathlib.Path):
        self.folder = pathlib.Path(folder)
        self.ca, self._ca_key = self.folder / "ca.pem", self.folder / "ca.key"

    def make(self, name):
        """(certificate, key) of a server with that DNS name; the CA is made first where there is none."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.ca.exists():
            run(["openssl", "req", "-x509", *_KEY, "-days", "2", "-subj", "/CN=private CA", "-keyout", self._ca_key,
                 "-out", self.ca])
        certificate, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        request, extension = self.folder / f"{name}.csr", self.folder / f"{name}.ext"
        extension.write_text(f"subjectAltName=DNS:{name}\n")
        run(["openssl", "req", *_KEY, "-subj", f"/CN={name}", "-keyout", key, "-out", request])
        run(["openssl", "x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", self._ca_key, "-CAcreateserial",
             "-days", "2", "-extfile", extension, "-out", certificate])
        return certificate, key
