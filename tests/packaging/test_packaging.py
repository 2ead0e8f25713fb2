"""The library as others get it: installed and found by CMake and pkg-config, and as a part of another project."""
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from millrace import ROOT, binary

pytestmark = pytest.mark.usefixtures("millrace_only")

HERE = Path(__file__).parent
EXAMPLE = ROOT / "examples" / "embedded.cc"


def run(*command, env=None, limit=120):
    """What the command prints."""
    ended = subprocess.run([str(c) for c in command], text=True, timeout=limit, stdin=subprocess.DEVNULL, env=env,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert ended.returncode == 0, ended.stdout[-3000:]
    return ended.stdout


def build_directory():
    return binary().parent


def cached(name):
    """A setting of the build under test, which programs that link it share: a sanitizer wants to be everywhere."""
    return re.search(rf"^{name}:\w+=(.*)$", (build_directory() / "CMakeCache.txt").read_text(), re.M)[1]


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    """An installation that was moved afterwards, as packages are."""
    at = tmp_path_factory.mktemp("installed")
    run("cmake", "--install", build_directory(), "--prefix", at / "staged")
    return (at / "staged").rename(at / "prefix")


def configure(source, build, *settings):
    run("cmake", "-G", "Ninja", "-S", source, "-B", build, f"-DCMAKE_CXX_COMPILER={cached('CMAKE_CXX_COMPILER')}",
        f"-DCMAKE_CXX_FLAGS={cached('CMAKE_CXX_FLAGS')}", *settings)


def works(program, **more):
    run(sys.executable, ROOT / "tests" / "examples" / "check_output.py", program, EXAMPLE, **more)


def links_shared(program):
    return "libmillrace.so.0.1" in run("readelf", "-d", program)


def headers():
    return sorted((ROOT / "include" / "millrace").glob("**/*.h"))


def test_everything_is_installed_and_nothing_else(prefix):
    found = {str(f.relative_to(prefix)) for f in prefix.rglob("*") if not f.is_dir()}
    wanted = {"bin/millrace", "lib/libmillrace.a", "lib/libmillrace.so", "lib/libmillrace.so.0.1",
              "lib/libmillrace.so.0.1.0", "lib/pkgconfig/millrace.pc", "share/doc/millrace/LICENSE",
              *(f"include/{h.relative_to(ROOT / 'include')}" for h in headers())}
    assert wanted <= found
    assert all(f.startswith("lib/cmake/Millrace/Millrace") for f in found - wanted)


@pytest.mark.parametrize("shared", [False, True], ids=["static", "shared"])
def test_cmake_finds_it(prefix, tmp_path, shared):
    configure(HERE / "installed", tmp_path, f"-DCMAKE_PREFIX_PATH={prefix}", f"-DBUILD_SHARED_LIBS={'ON' if shared else 'OFF'}")
    run("cmake", "--build", tmp_path)
    works(tmp_path / "program")
    assert links_shared(tmp_path / "program") == shared


@pytest.mark.parametrize("shared", [False, True], ids=["static", "shared"])
def test_pkg_config_finds_it(prefix, tmp_path, shared):
    env = {"PATH": "/usr/bin:/bin", "PKG_CONFIG_PATH": str(prefix / "lib" / "pkgconfig"),
           "LD_LIBRARY_PATH": str(prefix / "lib")}
    flags = run("pkg-config", "--cflags", "--libs", *([] if shared else ["--static"]), "millrace", env=env)
    if not shared:
        flags = flags.replace("-lmillrace", "-l:libmillrace.a")
    run(cached("CMAKE_CXX_COMPILER"), "-std=c++20", *shlex.split(cached("CMAKE_CXX_FLAGS")), EXAMPLE, "-o",
        tmp_path / "program", *shlex.split(flags))
    works(tmp_path / "program", env=env)
    assert links_shared(tmp_path / "program") == shared


def test_every_place_names_one_version(prefix):
    header = re.search(r'kVersion = "(.*)"', (ROOT / "include" / "millrace" / "version.h").read_text())[1]
    env = {"PATH": "/usr/bin:/bin", "PKG_CONFIG_PATH": str(prefix / "lib" / "pkgconfig")}
    assert run("pkg-config", "--modversion", "millrace", env=env).strip() == header
    assert f'"{header}"' in (prefix / "lib" / "cmake" / "Millrace" / "MillraceConfigVersion.cmake").read_text()
    assert header in run(prefix / "bin" / "millrace", "--version")


# ---- What the shared library shows -----------------------------------------------------------------------------------

def symbols(*command):
    """(kind, demangled name) of what `nm` lists."""
    lines = run("nm", "-C", "--defined-only", *command).splitlines()
    return {(m[1], m[2]) for m in (re.fullmatch(r"[0-9a-f]+ (\w) (.+)", line) for line in lines) if m}


def public_name():
    """What the demangled name of a symbol of the public headers begins with."""
    text = "\n".join(h.read_text() for h in headers())
    types = set(re.findall(r"^(?:class|struct) (\w+)(?: final)?(?: : public \w+)? \{", text, re.M))
    functions = set(re.findall(r"^[A-Za-z][\w:& <>]* (\w+)\([^;{]*\);", text, re.M))
    return re.compile(rf"(vtable for )?millrace::(testing::.*|({'|'.join(types)})(::.*)?|({'|'.join(functions)})(\[abi:cxx11\])?\(.*)")


def test_shared_library_shows_the_public_headers_and_nothing_else(prefix):
    public = public_name()
    shown = symbols("-D", prefix / "lib" / "libmillrace.so")
    assert [name for _, name in shown if not public.fullmatch(name)] == []
    made = {name for kind, name in symbols("-g", prefix / "lib" / "libmillrace.a") if kind == "T" and public.fullmatch(name)}
    assert len(made) > 50
    assert made - {name for _, name in shown} == set()


# ---- Inside another project ------------------------------------------------------------------------------------------

def test_a_project_around_it_keeps_its_settings(tmp_path):
    configure(HERE / "inside", tmp_path)


@pytest.mark.slow  # compiles all of it
def test_a_project_around_it_links_both_kinds(tmp_path):
    configure(HERE / "inside", tmp_path)
    run("cmake", "--build", tmp_path, limit=3000)
    works(tmp_path / "program")
    works(tmp_path / "program_shared")
    assert not links_shared(tmp_path / "program") and links_shared(tmp_path / "program_shared")
