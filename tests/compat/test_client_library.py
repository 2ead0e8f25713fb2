"""The client library's own tests (tests/three_links) over the third link: Apache Kafka."""
import os
import subprocess

from millrace import binary


def test_the_client_library_does_the_same_with_kafka(oracle):
    program = binary().parent / "tests" / "three_links_tests"
    assert program.exists(), f"{program} is not built"
    done = subprocess.run([program, "--gtest_filter=Links/*/Kafka*", "--gtest_brief=1"], text=True, timeout=240,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={**os.environ, "MILLRACE_TEST_KAFKA": oracle.bootstrap})
    assert done.returncode == 0 and "[  PASSED  ] 0 tests" not in done.stdout, done.stdout[-10_000:]
