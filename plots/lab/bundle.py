#!/usr/bin/env python3
"""bundle.py - makes one HTML file of the page, its style, its modules and the WebAssembly module.

Usage:  bundle.py --version V --module lab.wasm --dygraphs dygraph.min.js -o OUT.html MODULE.mjs...

A page that is opened from a disk cannot load modules, so they are put behind one another, in the order given, their
imports and exports taken off. A name at the top level may thus stand in one module only, which is checked.
"""
import argparse
import base64
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).parent
DECLARED = re.compile(r"^(?:export )?(?:async )?(?:const|let|class|function\*?) (\w+)", re.M)


def read(path):
    return pathlib.Path(path).read_text(encoding="utf-8")


def join_modules(names):
    seen, parts = {}, []
    for name in names:
        text = read(HERE / name)
        for declared in DECLARED.findall(text):
            if declared in seen:
                sys.exit(f"bundle.py: {declared} is declared in {seen[declared]} and in {name}")
            seen[declared] = name
        text = re.sub(r"^import [^;]*;\n", "", text, flags=re.M)
        parts.append(re.sub(r"^export ", "", text, flags=re.M))
    return "\"use strict\";\n(() => {\n" + "\n".join(parts) + "})();\n"


def put(page, mark, text):
    if page.count(mark) != 1:
        sys.exit(f"bundle.py: lab.html must hold '{mark}' once")
    return page.replace(mark, text)


def script(text):
    if "</script" in text.lower():
        sys.exit("bundle.py: a script ends within itself")
    return f"<script>\n{text}</script>"


def main():
    parser = argparse.ArgumentParser()
    for option in ("--version", "--module", "--dygraphs", "-o"):
        parser.add_argument(option, required=True)
    parser.add_argument("modules", nargs="+")
    a = parser.parse_args()
    wasm = base64.b64encode(pathlib.Path(a.module).read_bytes()).decode()
    dygraphs = re.sub(r"^//# sourceMappingURL.*$", "", read(a.dygraphs), flags=re.M)
    page = read(HERE / "lab.html")
    page = put(page, "<!-- style -->", f"<style>\n{read(HERE / 'lab.css')}</style>")
    page = put(page, "<!-- module -->", f"<script type=\"application/wasm\" id=\"module\">{wasm}</script>")
    page = put(page, "<!-- version -->", a.version)
    page = put(page, "<!-- scripts -->", script(dygraphs) + "\n" + script(join_modules(a.modules)))
    out = pathlib.Path(a.o)
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_suffix(".part")
    part.write_text(page, encoding="utf-8")
    part.replace(out)


if __name__ == "__main__":
    main()
