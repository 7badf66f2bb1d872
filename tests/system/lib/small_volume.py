# SPDX-License-Identifier: Apache-2.0
"""A small file system of its own under a directory, which a test can fill."""
import os
import shutil
import subprocess
import unittest

BLOCK = 64 << 10


class SmallVolume:
    """Mounts a tmpfs of `mib` MiB over `directory`, with what was in it; unmounts when it is left.

    Skips the test where mounting is not permitted. Nobody may have files open in the directory when it is mounted.
    """

    def __init__(self, directory, mib):
        self.directory = directory
        self._filler = os.path.join(directory, "filler")
        copy = directory + ".before"
        os.rename(directory, copy)
        os.mkdir(directory)
        try:
            done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mib}m,mode=0700", "dims-small", directory],
                                  capture_output=True, text=True, check=False)
            why = done.stderr.strip()
        except FileNotFoundError:
            why = "there is no mount command"
        if why:
            os.rmdir(directory)
            os.rename(copy, directory)
            raise unittest.SkipTest(f"cannot mount a small volume: {why}")
        shutil.copytree(copy, directory, dirs_exist_ok=True)
        shutil.rmtree(copy)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "--lazy", self.directory], check=False)

    def free(self):
        space = os.statvfs(self.directory)
        return space.f_bavail * space.f_frsize

    def fill(self, leave=0):
        """Takes the space of the volume until about `leave` bytes are free."""
        with open(self._filler, "ab", buffering=0) as filler:
            try:
                while self.free() > leave:
                    filler.write(bytes(min(BLOCK, self.free() - leave)))
            except OSError:
                pass  # ENOSPC: full

    def give_back(self):
        os.remove(self._filler)
