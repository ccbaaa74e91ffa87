"""Targets that cannot be written: exit code 4, one line, nothing left behind, and what was there stays as it was."""

import os
import resource
import subprocess

import pytest

from program import complaint, polykarma

WRITERS = {
    "solve": ["solve", "lane.toml", "-q"],
    "sweep": ["sweep", "study.toml", "-q"],
}


@pytest.fixture(params=WRITERS)
def writer(request):
    return WRITERS[request.param]


def at_most(size):
    """No file of the process grows beyond `size` bytes."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def test_the_directory_is_missing(folder, writer):
    before = sorted(os.listdir(folder))
    line = complaint(polykarma(*writer, "-o", "absent/out.h5", cwd=folder), 4)
    assert line == "absent/out.h5: cannot be created (No such file or directory)"
    assert sorted(os.listdir(folder)) == before


def test_the_target_is_a_directory_or_a_device(folder, writer):
    (folder / "place").mkdir()
    assert "place: cannot be replaced" in complaint(polykarma(*writer, "-o", "place", cwd=folder), 4)
    assert "/dev/null: cannot be replaced" in complaint(polykarma(*writer, "-o", "/dev/null", cwd=folder), 4)
    assert "lane.toml/out.h5: " in complaint(polykarma(*writer, "-o", "lane.toml/out.h5", cwd=folder), 4)


def test_the_directory_is_not_writable(folder, writer):
    # A pseudo file system takes no files from anybody, the superuser included.
    line = complaint(polykarma(*writer, "-o", "/proc/out.h5", cwd=folder), 4)
    assert line.startswith("/proc/out.h5: cannot be created")


@pytest.mark.parametrize("size", [0, 8192], ids=["at once", "after 8 KiB"])
def test_the_target_grows_over_the_limit(folder, writer, size):
    (folder / "out.h5").write_bytes(b"old")
    before = sorted(os.listdir(folder))
    line = complaint(polykarma(*writer, "-o", "out.h5", cwd=folder, preexec_fn=at_most(size)), 4)
    assert line == "out.h5: cannot be written (File too large)"
    assert sorted(os.listdir(folder)) == before
    assert (folder / "out.h5").read_bytes() == b"old"


def test_the_disk_is_full(folder, writer):
    disk = folder / "disk"
    disk.mkdir()
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", disk], capture_output=True)
    mounted = mount.returncode == 0
    try:
        # Where nothing can be mounted, the limit on the file size fails the same call.
        limit = {} if mounted else {"preexec_fn": at_most(16384)}
        line = complaint(polykarma(*writer, "-o", "disk/out.h5", cwd=folder, **limit), 4)
        assert line.startswith("disk/out.h5: cannot be ")
        assert ("No space left on device" if mounted else "File too large") in line
        assert os.listdir(disk) == []
    finally:
        if mounted:
            subprocess.run(["umount", disk], check=True)


def test_an_input_is_never_overwritten(folder, writer):
    name = writer[1]
    before = (folder / name).read_bytes()
    line = complaint(polykarma(*writer, "-o", "./" + name, cwd=folder), 2)
    assert line == f"--output ./{name} (is an input of this command): another file"
    assert (folder / name).read_bytes() == before
