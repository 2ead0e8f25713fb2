// Writes java_*.bin: record batches as Apache Kafka's own code writes them. The records are those of
// tests/record/golden_test.cc.
//
// Usage: java -cp 'LIBS/*' MakeBatches.java FOLDER
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;

public class MakeBatches {
    static Path folder;

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static SimpleRecord[] records(int count, int words) {
        SimpleRecord[] records = new SimpleRecord[count];
        for (int i = 0; i < count; i++) {
            byte[] key = i % 3 == 2 ? null : utf8("key-" + i);
            byte[] value = i % 5 == 4 ? null : utf8(("value-" + i + " ").repeat(i % 7 == 6 ? 0 : words));
            Header[] headers = i % 4 != 3 ? new Header[0] : new Header[] {
                new RecordHeader("trace", utf8("t" + i)), new RecordHeader("empty", new byte[0]),
                new RecordHeader("null", (byte[]) null)};
            records[i] = new SimpleRecord(1700000000000L + (i % 2 == 0 ? i : -i), key, value, headers);
        }
        return records;
    }

    static void write(String name, MemoryRecords records) throws IOException {
        try (var file = FileChannel.open(folder.resolve("java_" + name + ".bin"), StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            records.writeFullyTo(file);
        }
    }

    public static void main(String[] arguments) throws IOException {
        folder = Path.of(arguments[0]);
        for (CompressionType type : CompressionType.values()) {
            write(type.name, MemoryRecords.withRecords(0L, Compression.of(type).build(), 5, records(20, 3)));
        }
        // More than one block of every codec.
        for (String codec : new String[] {"snappy", "lz4"}) {
            write(codec + "_blocks", MemoryRecords.withRecords(0L, Compression.of(codec).build(), 5, records(60, 400)));
        }
        write("transactional", MemoryRecords.withTransactionalRecords(100L, Compression.NONE, 4711L, (short) 3,
            2147483640, 7, records(20, 3)));
        write("log_append_time", MemoryRecords.withRecords(RecordBatch.MAGIC_VALUE_V2, 42L, Compression.NONE,
            TimestampType.LOG_APPEND_TIME, records(20, 3)));
        write("commit_marker", MemoryRecords.withEndTransactionMarker(9L, 1700000000000L, 2, 4711L, (short) 3,
            new EndTransactionMarker(ControlRecordType.COMMIT, 11)));
    }
}
