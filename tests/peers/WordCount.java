import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.StateRestoreListener;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Counts the words of one topic into another with Kafka Streams: a repartition topic brings equal words together, a
 * state store holds the counts and has a changelog.
 *
 * <p>{@code WordCount CONFIG SOURCE TARGET}, CONFIG being a file of Streams' properties. Runs until SIGTERM. Tells on
 * stdout, a line each: {@code state NAME}, {@code restored PARTITION COUNT} when a store was read back from its
 * changelog, {@code failed REASON}.
 */
public class WordCount {
  static synchronized void tell(String line) {
    System.out.println(line);
    System.out.flush();
  }

  static final class Restores implements StateRestoreListener {
    @Override
    public void onRestoreStart(TopicPartition from, String store, long start, long end) {}

    @Override
    public void onBatchRestored(TopicPartition from, String store, long end, long count) {}

    @Override
    public void onRestoreEnd(TopicPartition from, String store, long total) {
      tell("restored " + from.partition() + " " + total);
    }
  }

  public static void main(String[] arguments) throws Exception {
    Properties config = new Properties();
    try (var file = Files.newBufferedReader(Path.of(arguments[0]))) {
      config.load(file);
    }
    config.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
    config.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);

    StreamsBuilder builder = new StreamsBuilder();
    builder.stream(arguments[1], Consumed.with(Serdes.String(), Serdes.String()))
        .flatMapValues(line -> Arrays.asList(line.split(" ")))
        .groupBy((unused, word) -> word, Grouped.as("words"))
        .count(Materialized.<String, Long, KeyValueStore<Bytes, byte[]>>as("counts"))
        .toStream()
        .mapValues(count -> Long.toString(count))
        .to(arguments[2], Produced.with(Serdes.String(), Serdes.String()));

    CountDownLatch ended = new CountDownLatch(1);
    KafkaStreams streams = new KafkaStreams(builder.build(config), config);
    streams.setStateListener(
        (now, before) -> {
          tell("state " + now);
          if (now == KafkaStreams.State.ERROR) {
            ended.countDown();
          }
        });
    streams.setGlobalStateRestoreListener(new Restores());
    streams.setUncaughtExceptionHandler(
        failure -> {
          tell("failed " + failure);
          return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
    Runtime.getRuntime().addShutdownHook(new Thread(streams::close));
    streams.start();
    ended.await();
    System.exit(1);
  }
}
