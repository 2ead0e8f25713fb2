"""The documented compatibility verdicts, through the REST API; tests/differential/registry_verdicts.py asks Apicurio, too."""
import pytest

from verdicts import FORMATS, Judge, cases

pytestmark = pytest.mark.usefixtures("millrace_only")


@pytest.mark.parametrize("format", FORMATS)
def test_every_documented_verdict_holds(own_broker, format):
    judge = Judge(own_broker(registry="127.0.0.1:0").start().registry_url)
    wrong = []
    for case in cases():
        if case.format != format:
            continue
        compatible, reasons = judge.verdict(case)
        if compatible != case.compatible or compatible != (not reasons):
            wrong.append(f"{case.name} at {case.level}: {compatible} {reasons}, documented is {case.compatible}")
    assert judge.count > 150
    assert not wrong, "\n".join(wrong)
