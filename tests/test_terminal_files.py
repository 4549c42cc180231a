"""The workspace's files at the terminal: what GNU's tools refuse is refused in their words."""

from __future__ import annotations

from simulator import Lab, Scenario


def test_rm_refuses_to_remove_everything_and_the_folder_one_stands_in() -> None:
    lab = Lab(Scenario.load("three-nodes"), seed=1)
    lab.do({"file": {"path": "shop/a.txt", "text": "here"}})

    def typed(line: str) -> str:
        return str(
            lab.do({"terminal": line, "machine": "laptop", "cwd": "/home/student"})["output"]
        )

    assert typed("rm -rf /") == (
        "rm: it is dangerous to operate recursively on '/'\n"
        "rm: use --no-preserve-root to override this failsafe\n"
    )
    assert typed("rm -r ./") == "rm: refusing to remove '.' or '..' directory: skipping './'\n"
    assert typed("cat shop/a.txt") == "here"
    assert typed("rm -r shop") == "" and "No such file" in typed("cat shop/a.txt")
