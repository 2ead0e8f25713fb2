// Chronicle Queue at the jobs of bench/embed/jobs.h, after a warm-up of each, since a JVM that has just started says
// little: ChronicleLog PLACE SINGLES RECORDS. One line of JSON a figure.
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.SyncMode;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;

public class ChronicleLog {
    static final int RECORD_BYTES = 100;

    public static void main(String[] arguments) throws Exception {
        String place = arguments[0];
        int singles = Integer.parseInt(arguments[1]);
        int records = Integer.parseInt(arguments[2]);
        for (boolean isMeasured : new boolean[] {false, true}) {
            String prefix = place + (isMeasured ? "-" : "-warm-up-");
            measureLife(prefix + "life", isMeasured);
            measureHandOver(prefix + "spinning", singles, isMeasured);
            measureSynced(prefix + "synced", Math.max(100, singles / 100), isMeasured);
            measureBatches(prefix + "batches", records, isMeasured);
        }
    }

    static ChronicleQueue open(String place) {
        return SingleChronicleQueueBuilder.binary(place).build();
    }

    /** Without this mode sync() does nothing. */
    static ChronicleQueue openSyncing(String place) {
        return SingleChronicleQueueBuilder.binary(place).syncMode(SyncMode.SYNC).build();
    }

    /** Each has an appender, which is what opens its files. */
    static void measureLife(String place, boolean isMeasured) {
        int lives = 5;
        long[] opened = new long[lives];
        long[] reopened = new long[lives];
        long[] closed = new long[lives];
        for (int i = 0; i < 2 * lives; ++i) {
            long began = System.nanoTime();
            ChronicleQueue queue = open(place + i / 2);
            queue.createAppender().close();
            long isOpen = System.nanoTime();
            queue.close();
            closed[i / 2] = System.nanoTime() - isOpen;
            (i % 2 == 0 ? opened : reopened)[i / 2] = isOpen - began;
        }
        if (!isMeasured) return;
        print("open new", opened);
        print("open empty", reopened);
        print("close empty", closed);
    }

    static void measureHandOver(String place, int count, boolean isMeasured) throws Exception {
        try (ChronicleQueue queue = open(place); ExcerptAppender appender = queue.createAppender()) {
            AtomicLong seen = new AtomicLong(-1);
            AtomicLong began = new AtomicLong();
            long[] seenAfter = new long[count];
            Thread reading = new Thread(() -> {
                Bytes<?> record = Bytes.allocateElasticDirect();
                try (ExcerptTailer tailer = queue.createTailer()) {
                    seen.set(0);
                    for (int i = 0; i < count;) {
                        if (!tailer.readBytes(record.clear())) continue;
                        seenAfter[i++] = System.nanoTime() - began.get();
                        seen.set(i);
                    }
                }
            });
            reading.start();
            Bytes<?> record = record();
            for (int i = 0; i < count; ++i) {
                while (seen.get() < i) Thread.onSpinWait();
                began.set(System.nanoTime());
                appender.writeBytes(record);
            }
            reading.join();
            if (isMeasured) print("hand over, spinning", seenAfter);
        }
    }

    static void measureSynced(String place, int count, boolean isMeasured) {
        try (ChronicleQueue queue = openSyncing(place); ExcerptAppender appender = queue.createAppender()) {
            Bytes<?> record = record();
            long[] took = new long[count];
            for (int i = 0; i < count; ++i) {
                long began = System.nanoTime();
                appender.writeBytes(record);
                appender.sync();
                took[i] = System.nanoTime() - began;
            }
            if (isMeasured) print("synced", took);
        }
    }

    static void measureBatches(String place, int count, boolean isMeasured) {
        try (ChronicleQueue queue = open(place); ExcerptAppender appender = queue.createAppender()) {
            Bytes<?> record = record();
            long began = System.nanoTime();
            for (int i = 0; i < count; ++i) appender.writeBytes(record);
            if (isMeasured) printRate("append", count, began);
            Bytes<?> into = Bytes.allocateElasticDirect();
            long bytes = 0;
            began = System.nanoTime();
            try (ExcerptTailer tailer = queue.createTailer()) {
                while (tailer.readBytes(into.clear())) bytes += into.readRemaining();
            }
            if (isMeasured) printRate("read", count, began);
            if (bytes != (long) count * RECORD_BYTES) throw new IllegalStateException("read " + bytes + " bytes");
        }
    }

    static Bytes<?> record() {
        return Bytes.allocateElasticDirect().append("v".repeat(RECORD_BYTES));
    }

    static void print(String job, long[] nanos) {
        Arrays.sort(nanos);
        int last = nanos.length - 1;
        System.out.printf("{\"job\": \"%s\", \"p50_us\": %.3f, \"p99_us\": %.3f, \"max_us\": %.1f}%n", job,
                nanos[last / 2] / 1e3, nanos[(int) (last * 0.99)] / 1e3, nanos[last] / 1e3);
    }

    static void printRate(String job, int count, long began) {
        System.out.printf("{\"job\": \"%s\", \"per_second\": %.0f}%n", job, count * 1e9 / (System.nanoTime() - began));
    }
}
