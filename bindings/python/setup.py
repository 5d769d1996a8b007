"""Builds the compiled part with the project's own CMake, for the interpreter that runs this."""
import os
import pathlib
import re
import shutil
import subprocess
import sys

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

here = pathlib.Path(__file__).resolve().parent
root = here.parent.parent


class CMakeBuild(build_ext):
    def build_extension(self, extension: Extension) -> None:
        package = pathlib.Path(self.get_ext_fullpath(extension.name)).resolve().parent
        build = pathlib.Path(self.build_temp).resolve() / "cmake"
        options = [f"-DPython_EXECUTABLE={sys.executable}", f"-DBYLAW_PYTHON_PACKAGE={package}", "-DCMAKE_BUILD_TYPE=Release", "-DBYLAW_BUILD_PYTHON=ON"]
        options += [f"-DBYLAW_BUILD_{part}=OFF" for part in ("PROGRAM", "TESTS", "EXAMPLES")] + ["-DBYLAW_INSTALL=OFF", "-DBYLAW_WARNINGS_AS_ERRORS=OFF"]
        options += os.environ.get("CMAKE_ARGS", "").split()
        if shutil.which("ninja"):
            options += ["-G", "Ninja"]
        if shutil.which("ccache"):
            options += ["-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"]
        subprocess.run(["cmake", "-S", str(root), "-B", str(build), *options], check=True)
        subprocess.run(["cmake", "--build", str(build), "--target", "bylaw-python", "--parallel"], check=True)


version = re.search(r"project\(bylaw VERSION ([0-9.]+)", (root / "CMakeLists.txt").read_text())
assert version is not None
setup(version=version.group(1), ext_modules=[Extension("bylaw._bylaw", sources=[])], cmdclass={"build_ext": CMakeBuild}, zip_safe=False)
