"""The programs of docs/examples, run as a stranger would: in a folder of their own, with the packages they import."""
import shutil

from .node import FOLDER

EXAMPLES = FOLDER.parents[1] / "docs" / "examples"


def example(folder, name, *arguments):
    """The command that runs that program."""
    home = folder / "examples"
    home.mkdir(exist_ok=True)
    packages = home / "node_modules"
    if not packages.exists():
        packages.symlink_to(FOLDER / "node_modules")
    if not (home / name).exists():  # Another one that starts may be reading it.
        shutil.copy(EXAMPLES / name, home / name)
    return [str(part) for part in (FOLDER / "node", home / name, *arguments)]
