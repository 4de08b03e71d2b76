import subprocess

import pytest

from documents import NODE


@pytest.fixture(scope="session", autouse=True)
def packages():
    """Those that the lock file pins; quick where they are there."""
    subprocess.run([NODE / "install"], check=True, capture_output=True, timeout=600)
