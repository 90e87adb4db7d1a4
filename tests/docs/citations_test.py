#!/usr/bin/env python3
"""citations_test - what a file of the tree cites is in the tree.

Usage:  citations_test.py           from anywhere; prints what leads nowhere and exits 1

Every name of a document, in comments, messages, scripts and documents alike, must be that of a tracked file:
from the folder of the file that cites it, from the root, or by its bare name. A link of a document must lead to a
tracked file or folder, and its fragment to a heading there. So must the section that is quoted behind a name:
results/README.md, "Walks". Without git, or outside a clone, nothing can be told, and the exit status is 77.
"""

import pathlib
import posixpath
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
NAME = re.compile(r'(?<![\w/.:"-])[\w./-]*[A-Za-z]\.md\b(?:[,:]? "([^"\n]+)")?')
LINK = re.compile(r"\]\(([^)\s]+)\)")
ADDRESS = re.compile(r"\w+://\S+")
VARIABLE = re.compile(r"\$\{?\w+\}?/")
CODE = re.compile(r"^```.*?^```", re.M | re.S)


def tracked():
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0 or not done.stdout:
        print("this is no clone, so which files are tracked cannot be told")
        sys.exit(77)
    return [name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def text_of(name):
    try:
        return (ROOT / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def headings_of(text):
    return re.findall(r"^#+ (.+)$", CODE.sub("", text), re.M)


def fragment(heading):
    """As the pages of GitHub make it of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def resolve(name, cited, files):
    """The file that is meant; None where there is none."""
    places = [posixpath.normpath(posixpath.join(posixpath.dirname(name), cited)), posixpath.normpath(cited)]
    places += [file for file in files if "/" not in cited and posixpath.basename(file) == cited]
    return next((place for place in places if place in files), None)


def check_names(name, text, files, faults):
    for number, line in enumerate(text.splitlines(), 1):
        for match in NAME.finditer(VARIABLE.sub("", ADDRESS.sub("", line))):
            cited = match[0].split(".md")[0].lstrip("./") + ".md"
            found = resolve(name, match[0].split(".md")[0] + ".md", files) or resolve(name, cited, files)
            if found is None:
                faults.append(f"{name}:{number}: {cited} is not in the tree")
            elif match[1] and match[1] not in headings_of(text_of(found)):
                faults.append(f"{name}:{number}: {found} has no section \"{match[1]}\"")


def check_links(name, text, files, folders, faults):
    for link in LINK.findall(CODE.sub("", text)):
        path, _, wanted = link.partition("#")
        target = posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path else name
        if ADDRESS.match(link) or link.startswith("mailto:"):
            continue
        if target not in files and target not in folders:
            faults.append(f"{name}: the link {link} leads nowhere")
        elif wanted and wanted not in map(fragment, headings_of(text_of(target))):
            faults.append(f"{name}: the link {link} names no heading")


def main():
    files = tracked()
    folders = {str(parent) for name in files for parent in pathlib.PurePosixPath(name).parents}
    faults = []
    for name in files:
        text = text_of(name)
        check_names(name, text, files, faults)
        if name.endswith(".md"):
            check_links(name, text, files, folders, faults)
    for fault in faults:
        print(fault)
    print(f"{len(files)} files, {len(faults)} faults")
    return 1 if faults else 0


sys.exit(main())
