"""The client library beside librdkafka, each against both brokers: a part of bench/run."""
CLIENTS = ("millrace", "librdkafka")
# For both: linger in ms, bytes of a batch, KiB not acknowledged yet; acks=all and idempotent.
PRODUCER = {"a": "all", "l": 5, "B": 1_000_000, "q": 64 << 10}
HEAD = ["the client, one partition, broker", "ours, 1000 msg/s", "librdkafka, 1000 msg/s", "ours / librdkafka",
        "ours, CPU µs/msg", "librdkafka, CPU µs/msg", "ours / librdkafka"]


def measure(bench, repeat):
    """Both clients in turn, the other one first each time; both read what librdkafka wrote."""
    order = CLIENTS if repeat % 2 else CLIENTS[::-1]
    for size in (100, 1024):
        count = bench.count(size)
        for codec in ("none", "lz4"):
            for broker in bench.both():
                topics = {client: f"c{repeat}-{size}-{codec}-{client[:1]}" for client in CLIENTS}
                for client in order:
                    keep(bench, "produce", broker, size, codec, client,
                         bench.load(broker, "produce", topics[client], c=client, n=count, s=size, z=codec, i=True, **PRODUCER))
                for client in order:
                    keep(bench, "consume", broker, size, codec, client,
                         bench.load(broker, "consume", topics["librdkafka"], c=client, n=count))
                for topic in topics.values():
                    bench.load(broker, "delete", topic)


def keep(bench, mode, broker, size, codec, client, result):
    bench.keep(f"client: {mode} {size} B, {codec}, {broker.capitalize()}", client, result)


def per_second(result):
    """From the first acknowledgement, or from the first records on."""
    return result.get("steady_per_second", result["per_second"])


def cpu_us(result):
    return 1e6 * result["client_cpu_s"] / max(1, result.get("acked", result.get("received")))
