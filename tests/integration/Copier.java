import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnreleasedInstanceIdException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The exactly-once copier of copier.py with Kafka's Java client: the same arguments, steps and history.
 *
 * <p>Copier BOOTSTRAP SOURCE TARGET --name NAME --seed N --history FILE [--protocol consumer] [--instance ID], until
 * SIGTERM.
 */
public class Copier {
  static final String GROUP = "copiers";
  static final Duration OUTAGE = Duration.ofSeconds(120);
  static final Map<String, Object> RECONNECT =
      Map.of("reconnect.backoff.ms", 20, "reconnect.backoff.max.ms", 200);

  final String source;
  final String target;
  final String transactionalId;
  final Random random;
  final FileChannel history;
  final Map<String, Object> consumerConfig = new HashMap<>(RECONNECT);
  final Map<String, Object> producerConfig = new HashMap<>(RECONNECT);

  volatile boolean ending;
  Consumer<byte[], byte[]> consumer;
  Producer<byte[], byte[]> producer;
  boolean inTransaction;

  public static void main(String[] arguments) throws Exception {
    Map<String, String> options = new HashMap<>();
    for (int at = 3; at + 1 < arguments.length; at += 2) {
      options.put(arguments[at], arguments[at + 1]);
    }
    Copier copier = new Copier(arguments[0], arguments[1], arguments[2], options);
    Thread main = Thread.currentThread();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> copier.endGently(main)));
    try {
      copier.work();
    } catch (Throwable failure) {
      failure.printStackTrace();
      Runtime.getRuntime().halt(1);
    }
  }

  Copier(String bootstrap, String source, String target, Map<String, String> options) throws IOException {
    this.source = source;
    this.target = target;
    transactionalId = options.get("--name");
    random = new Random(Long.parseLong(options.get("--seed")));
    history =
        FileChannel.open(
            Path.of(options.get("--history")), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    consumerConfig.putAll(
        Map.of(
            "bootstrap.servers", bootstrap,
            "group.id", GROUP,
            "enable.auto.commit", false,
            "auto.offset.reset", "earliest",
            "isolation.level", "read_committed",
            "max.poll.records", 20 + random.nextInt(180)));
    if ("consumer".equals(options.get("--protocol"))) {
      consumerConfig.put("group.protocol", "consumer");
    } else {
      consumerConfig.putAll(Map.of("session.timeout.ms", 6000, "heartbeat.interval.ms", 500));
    }
    if (options.containsKey("--instance")) {
      consumerConfig.put("group.instance.id", options.get("--instance"));
    }
    producerConfig.putAll(
        Map.of(
            "bootstrap.servers", bootstrap,
            "transactional.id", transactionalId,
            "transaction.timeout.ms", 10_000,
            "delivery.timeout.ms", 10_000,
            "request.timeout.ms", 5_000,
            "max.block.ms", 10_000,
            "linger.ms", 2));
  }

  /** The answer to SIGTERM: what is under way is ended, and the status says how. */
  void endGently(Thread main) {
    ending = true;
    try {
      main.join();
    } catch (InterruptedException impossible) {
      Runtime.getRuntime().halt(1);
    }
    Runtime.getRuntime().halt(0);
  }

  void newConsumer() {
    if (consumer != null) {
      consumer.close();
    }
    consumer = new KafkaConsumer<>(consumerConfig, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    note("started", "");
    consumer.subscribe(
        List.of(source),
        new ConsumerRebalanceListener() {
          @Override
          public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}

          @Override
          public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            note("assigned", "");
          }
        });
  }

  void work() {
    newConsumer();
    newProducer();
    while (!ending) {
      ConsumerRecords<byte[], byte[]> records;
      try {
        records = consumer.poll(Duration.ofMillis(100));
      } catch (FencedInstanceIdException | UnreleasedInstanceIdException predecessor) {
        // The killed process is still the member. In the classic protocol so with a broker that died
        // before the group was stable again: until then it does not keep the new one.
        newConsumer();
        continue;
      }
      if (records.isEmpty()) {
        continue;
      }
      note("polled", ", \"records\": " + pairs(records, ConsumerRecord::offset));
      try {
        copy(records);
      } catch (KafkaException failure) {
        if (!abort()) {
          newProducer();
        }
        rewind();
      }
    }
    abort();
    producer.close(OUTAGE);
    consumer.close();
  }

  void newProducer() {
    if (producer != null) {
      producer.close(Duration.ZERO);
    }
    producer = new KafkaProducer<>(producerConfig, new ByteArraySerializer(), new ByteArraySerializer());
    inTransaction = false;
    patiently(producer::initTransactions);
  }

  void copy(ConsumerRecords<byte[], byte[]> records) {
    // A killed process and its successor must not give two transactions one name.
    String transaction = String.format("%s-%016x", transactionalId, random.nextLong());
    String named = ", \"txn\": \"" + transaction + "\"";
    note("sent", named + ", \"records\": " + pairs(records, r -> ByteBuffer.wrap(r.value()).getLong()));
    producer.beginTransaction();
    inTransaction = true;
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      ProducerRecord<byte[], byte[]> copy = new ProducerRecord<>(target, record.partition(), null, record.value());
      copy.headers().add("txn", transaction.getBytes(StandardCharsets.UTF_8));
      producer.send(copy);
      offsets.put(
          new TopicPartition(source, record.partition()), new OffsetAndMetadata(record.offset() + 1));
    }
    producer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
    if (random.nextInt(10) == 0) {
      producer.abortTransaction();
      inTransaction = false;
      note("aborted", named);
      rewind();
      return;
    }
    // A commit that may have happened is asked for again until the broker says how it ended.
    patiently(producer::commitTransaction);
    inTransaction = false;
    note("committed", named);
  }

  /** False where the producer is of no use any more. */
  boolean abort() {
    if (!inTransaction) {
      return true;
    }
    try {
      patiently(producer::abortTransaction);
      inTransaction = false;
      return true;
    } catch (KafkaException fatal) {
      return false;
    }
  }

  /** Back to what is committed: the records of the aborted transaction come again. */
  void rewind() {
    Set<TopicPartition> assigned = consumer.assignment();
    if (assigned.isEmpty()) {
      return;
    }
    Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
    patiently(() -> committed.putAll(consumer.committed(assigned, Duration.ofSeconds(5))));
    for (TopicPartition partition : assigned) {
      OffsetAndMetadata found = committed.get(partition);
      long offset = found == null ? 0 : found.offset();
      consumer.seek(partition, offset);
      note("sought", ", \"partition\": " + partition.partition() + ", \"offset\": " + offset);
    }
  }

  static void patiently(Runnable step) {
    long begun = System.nanoTime();
    while (true) {
      try {
        step.run();
        return;
      } catch (TimeoutException again) {
        if (System.nanoTime() - begun > OUTAGE.toNanos()) {
          throw again;
        }
      }
    }
  }

  /** One line of history, in the file before the next step is taken. */
  void note(String step, String details) {
    String line = "{\"step\": \"" + step + "\"" + details + "}\n";
    try {
      history.write(StandardCharsets.UTF_8.encode(line));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  static String pairs(
      ConsumerRecords<byte[], byte[]> records, Function<ConsumerRecord<byte[], byte[]>, Long> second) {
    return StreamSupport.stream(records.spliterator(), false)
        .map(record -> "[" + record.partition() + ", " + second.apply(record) + "]")
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
