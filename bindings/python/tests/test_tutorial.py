"""The tutorial's cells, run one after another. `PLACET_UPDATE=1` writes what they print into it, to be read."""

import ast
import contextlib
import io
import os

from conftest import ROOT

TUTORIAL = ROOT / "bindings" / "python" / "tutorial.md"


def run(cell, names):
    """What a cell prints, and the value of its last line, as a notebook shows it."""
    tree = ast.parse(cell)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(tree, "tutorial", "exec"), names)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), "tutorial", "eval"), names)
            if value is not None:
                print(value if hasattr(value, "columns") else repr(value))
    return out.getvalue().rstrip().splitlines()


def test_the_tutorial_says_what_happens():
    text = TUTORIAL.read_text(encoding="utf-8")
    lines, out, names, printed, cells = iter(text.splitlines()), [], {}, [], 0
    for line in lines:
        out.append(line)
        if line not in ("```python", "```text"):
            continue
        body = []
        for inner in lines:
            if inner == "```":
                break
            body.append(inner)
        if line == "```python":
            printed = run("\n".join(body), names)
            cells += 1
            out += body
        else:
            out += [printed_line.rstrip() for printed_line in printed]
        out.append("```")
    now = "\n".join(out) + "\n"
    assert cells > 10
    if os.environ.get("PLACET_UPDATE"):
        TUTORIAL.write_text(now, encoding="utf-8")
    else:
        assert now == text
