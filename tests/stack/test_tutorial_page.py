"""The tutorial's page and its programs are the same text; tests/run --stack runs them."""
import subprocess

import page


def test_code_on_the_page_stands_in_the_example():
    programs = [p.read_text() for p in page.EXAMPLE.rglob("*") if p.is_file()]
    shown = [text for language, text in page.blocks() if language not in ("sh", "text")]
    assert shown
    for text in shown:
        assert any(text in program for program in programs), text


def test_programs_that_the_page_runs_are_in_the_example():
    words = [word for text, _ in page.commands() for word in text.split()]
    named = [word for word in words if word.endswith((".py", ".avsc"))]
    assert named
    for word in named:
        assert (page.EXAMPLE / word).is_file(), word


def test_commands_on_the_page_are_understood_by_the_shell():
    for text, _ in page.commands():
        subprocess.run(["bash", "-n", "-c", text], check=True)


def test_a_line_of_output_that_is_not_there_is_noticed():
    assert page.missing_lines(["a … c", "d"], "x\na b c\nd\n") == []
    assert page.missing_lines(["d", "a … c"], "x\na b c\nd\n") == ["a … c"]
    assert page.missing_lines(["584 rows"], "bronze has 584 rows\n") == ["584 rows"]
