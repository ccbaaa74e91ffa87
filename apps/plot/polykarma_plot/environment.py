"""What must be settled before h5py and matplotlib are imported."""

import atexit
import os
import pathlib
import shutil
import tempfile

# Debian's h5py loads its MPI build when one of these is set, as it is in a job script; reading is always serial here.
MPI_HINTS = ("OMPI_COMM_WORLD_SIZE", "MPI_LOCALNRANKS", "H5PY_ALWAYS_USE_MPI")


def prepare():
    for name in MPI_HINTS:
        os.environ.pop(name, None)
    os.environ["MPLBACKEND"] = "Agg"
    if not os.environ.get("MPLCONFIGDIR") and not matplotlib_folders_writable():
        folder = tempfile.mkdtemp(prefix="polykarma-plot-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        os.environ["MPLCONFIGDIR"] = folder


def matplotlib_folders_writable():
    """Whether matplotlib can keep its settings and its font cache where it wants to."""
    try:
        home = pathlib.Path.home()
    except RuntimeError:
        return False
    config = pathlib.Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return all(can_create(folder / "matplotlib") for folder in (config, cache))


def can_create(folder):
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
