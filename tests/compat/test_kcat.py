"""kcat (librdkafka from Debian), unchanged."""
import json
import subprocess


def run(kcat, bootstrap, *arguments, stdin=""):
    done = subprocess.run([kcat, "-b", bootstrap, *arguments], input=stdin, text=True, timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_produce_consume_query_and_list(kcat, bootstrap, name):
    topic = name("lines")
    run(kcat, bootstrap, "-P", "-t", topic, "-K:", stdin="".join(f"key{i}:value{i}\n" for i in range(100)))
    read = run(kcat, bootstrap, "-C", "-t", topic, "-o", "beginning", "-e", "-q", "-f", "%o %k %s\n")
    assert read.splitlines() == [f"{i} key{i} value{i}" for i in range(100)]
    assert "offset 100" in run(kcat, bootstrap, "-Q", "-t", f"{topic}:0:-1")
    assert "offset 0" in run(kcat, bootstrap, "-Q", "-t", f"{topic}:0:-2")
    listed = json.loads(run(kcat, bootstrap, "-L", "-J", "-t", topic))
    assert [(t["topic"], len(t["partitions"])) for t in listed["topics"]] == [(topic, 1)]
    assert listed["brokers"][0]["name"] == bootstrap


def test_headers_compression_and_a_group(kcat, bootstrap, name):
    topic = name("headers")
    run(kcat, bootstrap, "-P", "-t", topic, "-z", "lz4", "-H", "source=kcat", stdin="a\nb\n")
    read = run(kcat, bootstrap, "-G", name("group"), topic, "-e", "-q", "-X", "auto.offset.reset=earliest",
               "-f", "%h %s\n")
    assert read.splitlines() == ["source=kcat a", "source=kcat b"]
