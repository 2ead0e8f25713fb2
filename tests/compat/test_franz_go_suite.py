"""franz-go's own integration tests, as they come with its module, against the broker under test.

They write 20,000 records through each chain of groups; KGO_TEST_RECORDS=500000 in the environment is their own size.
"""
import json
import os
import subprocess

import pytest

import go_peer

PACKAGES = ["github.com/twmb/franz-go/pkg/kgo", "github.com/twmb/franz-go/pkg/kadm"]
CHAINS = [f"{test}/{balancer}" for test in ("TestGroupETL", "TestTxnEtl") for balancer in (
    "range", "cooperative-sticky", "range/848", "sticky/848", "cooperative-sticky/static", "sticky/848/static")]

# Tests that fail, and why.
FAILING = {}
# Tests that skip themselves, and why.
SKIPPED = {
    "TestSCRAMAuth": "wants a broker with SCRAM",
    "TestSCRAMAuthBadCredentials": "wants a broker with SCRAM",
    "TestOAuthAuth": "wants a broker with OAUTHBEARER",
    "TestIssueProduceBrokerTooOldFailsRecords": "wants a broker that does not offer version 2 of Produce",
}
SKIPPED_ON_MILLRACE = dict.fromkeys(["TestShareGroup", "TestShareGroupAckOnClose", "TestShareGroupETL",
                                     "TestShareGroupOffsetsAdmin", "TestConsumeRegexShareSkipsInternal"],
                                    "share groups are not served")


def run_suite(bootstrap, output):
    """What became of each test: {test: "pass", "fail" or "skip"}, and what it said by test."""
    settings = {"KGO_SEEDS": bootstrap, "KGO_TEST_RF": "1", "KGO_LOG_LEVEL": "none",
                "KGO_TEST_RECORDS": os.environ.get("KGO_TEST_RECORDS", "20000")}
    with output.open("w") as out:
        go_peer.run_go("test", "-json", "-count=1", "-timeout=30m", *PACKAGES, settings=settings, stdout=out,
                       stderr=subprocess.STDOUT, timeout=2000)
    ended, said = {}, {}
    for line in output.read_text(errors="replace").splitlines():
        assert line.startswith("{"), f"go test: {line}"
        event = json.loads(line)
        test = event.get("Test", event.get("Package", event.get("ImportPath")))
        if event["Action"] in ("pass", "fail", "skip"):
            ended[test] = event["Action"]
        said[test] = said.get(test, "") + event.get("Output", "")
    return ended, said


@pytest.mark.slow
def test_only_known_tests_fail_or_are_skipped(request, bootstrap, tmp_path):
    if request.config.getoption("--without-peers"):
        pytest.skip("--without-peers")
    ended, said = run_suite(bootstrap, tmp_path / "events.json")

    def those_that(action):
        return {test for test, end in ended.items() if end == action and test not in PACKAGES}

    failed = those_that("fail")
    told = "".join(f"\n{test}:\n{said[test][-3000:]}" for test in sorted(failed - FAILING.keys()))
    assert failed == FAILING.keys(), told
    for package in PACKAGES:
        assert failed or ended.get(package) == "pass", said.get(package, f"no word of {package}")
    is_millrace = request.config.getoption("--against") == "millrace"
    assert those_that("skip") == {*SKIPPED, *(SKIPPED_ON_MILLRACE if is_millrace else ())}
    assert those_that("pass") >= set(CHAINS)
