"""Checks that the folders of src/ form the layers that src/CMakeLists.txt lists, from #include lines and CMake files.

Usage: layering_test.py PROJECT_DIR. Prints one line per violation and exits 1 when there is any.
"""

import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)
SOURCE_SUFFIXES = {".hpp", ".cpp", ".h", ".in"}

# External headers that only some places may include; paths are relative to the project.
RESTRICTED = [
    (re.compile(r"^mpi\.h$"), ("src/parallel/", "src/io/", "apps/polykarma/main.cpp")),
    (re.compile(r"^nlopt\.hp*$"), ("src/study/maximise.cpp",)),
    (re.compile(r"^boost/random/"), ("src/config/sample.cpp",)),
    (re.compile(r"^Random123/"), ("src/agents/random_numbers.cpp",)),
    (re.compile(r"^Eigen/"), ("src/equilibrium/dense_spectrum.cpp",)),
    (re.compile(r"^(hdf5(_hl)?\.h|H5\w*\.h)$"), ("src/io/",)),
]


def layers(project):
    """The folders of src/ in dependency order, from the list in src/CMakeLists.txt."""
    text = strip_comments((project / "src/CMakeLists.txt").read_text())
    listed = re.search(r"foreach\(folder IN ITEMS\s+([^)]*)\)", text)
    return listed.group(1).split() if listed else re.findall(r"add_subdirectory\((\w+)\)", text)


def strip_comments(cmake_text):
    return re.sub(r"#.*", "", cmake_text)


def includes(path):
    return INCLUDE.findall(path.read_text(encoding="utf-8"))


def declared(project, folder):
    """The polykarma_library call of a folder as {keyword: [words]}; empty when the folder declares no library."""
    path = project / "src" / folder / "CMakeLists.txt"
    call = re.search(r"polykarma_library\(\s*(\w+)([^)]*)\)", strip_comments(path.read_text())) if path.exists() else None
    words, result = (call.group(2).split() if call else []), {}
    for word in words:
        if word in ("SOURCES", "HEADERS", "DEPENDS"):
            keyword = result.setdefault(word, [])
        else:
            keyword.append(word)
    return result


def linked_folders(dependencies, folder):
    """The folders a library links, itself included, directly or through others."""
    reached, waiting = set(), [folder]
    while waiting:
        current = waiting.pop()
        if current not in reached:
            reached.add(current)
            waiting += dependencies.get(current, [])
    return reached


def direct_dependencies(project, folder):
    names = declared(project, folder).get("DEPENDS", [])
    return [m.group(1) for name in names if (m := re.match(r"polykarma(?:::|_)(\w+)$", name))]


def source_files(directory):
    return sorted(p for p in directory.rglob("*") if p.is_file() and p.suffix in SOURCE_SUFFIXES)


def include_violations(project, order):
    """Includes of folders that are not below the including one, or that its library does not link."""
    dependencies = {folder: direct_dependencies(project, folder) for folder in order}
    for folder in order:
        allowed = order[: order.index(folder) + 1]
        linked = linked_folders(dependencies, folder)
        for path in source_files(project / "src" / folder):
            for header in includes(path):
                target = header.split("/")[0]
                where = f"{path.relative_to(project)}: includes {header}"
                if target in order and target not in allowed:
                    yield f"{where}, but {target} comes after {folder} in src/CMakeLists.txt"
                elif target in order and declared(project, folder) and target not in linked:
                    yield f"{where}, but polykarma_{folder} does not link polykarma::{target}"


def link_violations(project, order):
    """Libraries that link a folder not below them; in this way the certificate cannot link a solver."""
    for folder in order:
        for target in direct_dependencies(project, folder):
            if target not in order[: order.index(folder)]:
                yield f"src/{folder}/CMakeLists.txt: links polykarma::{target}, which does not come before {folder}"


def certificate_violations(project, order):
    """The certificate re-measures what a solver claims, so it must not share code with one, wherever it stands."""
    dependencies = {folder: direct_dependencies(project, folder) for folder in order}
    if "equilibrium" in linked_folders(dependencies, "certificate"):
        yield "src/certificate/CMakeLists.txt: links polykarma::equilibrium, which it must be independent of"


def restricted_violations(project):
    for path in source_files(project / "src") + source_files(project / "apps"):
        relative = path.relative_to(project).as_posix()
        for header in includes(path):
            for pattern, places in RESTRICTED:
                if pattern.match(header) and not relative.startswith(places):
                    yield f"{relative}: includes {header}, allowed only in {', '.join(places)}"


def inventory_violations(project, order):
    """Folders missing from the list, and headers that no library declares: they would not be installed."""
    for directory in sorted(p for p in (project / "src").iterdir() if p.is_dir()):
        if directory.name not in order:
            yield f"src/{directory.name}: missing from the list in src/CMakeLists.txt"
    for folder in order:
        headers = declared(project, folder).get("HEADERS", [])
        for path in sorted((project / "src" / folder).rglob("*.hpp")):
            name = path.relative_to(project / "src" / folder).as_posix()
            if name not in headers:
                yield f"src/{folder}/{name}: missing from HEADERS in src/{folder}/CMakeLists.txt"


def violations(project):
    order = layers(project)
    if not order:
        return ["src/CMakeLists.txt: no list of folders found"]
    return [
        *include_violations(project, order),
        *link_violations(project, order),
        *certificate_violations(project, order),
        *restricted_violations(project),
        *inventory_violations(project, order),
    ]


def main():
    project = pathlib.Path(sys.argv[1]).resolve()
    found = violations(project)
    for line in found:
        print(line)
    print(f"{len(layers(project))} folders, {len(found)} violations")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
