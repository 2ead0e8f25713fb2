import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.ConsumerGroupListing;
import org.apache.kafka.clients.admin.DescribeTopicsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Does with Kafka's Java clients what it is told, so that one test runs them in every version.
 *
 * <p>Each line on stdin is {"do": METHOD, ...}, with a method of this class; each answer is one line {"answer": ...} or
 * {"error": CLASS, "message": TEXT}. Producers and consumers live until closed, under the name they were opened with.
 * Compiles against every version from 2.8 on: what only some have is looked up by name.
 */
public class ClientRunner {
  static final ObjectMapper JSON = new ObjectMapper();

  final Map<String, Producer<String, String>> producers = new HashMap<>();
  final Map<String, Consumer<String, String>> consumers = new HashMap<>();
  final Map<String, Admin> admins = new HashMap<>();

  public static void main(String[] unused) throws Exception {
    PrintStream answers = System.out;
    System.setOut(System.err);
    BufferedReader requests =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    ClientRunner runner = new ClientRunner();
    for (String line; (line = requests.readLine()) != null; ) {
      answers.println(JSON.writeValueAsString(runner.answer(JSON.readTree(line))));
      answers.flush();
    }
    Runtime.getRuntime().halt(0);
  }

  Map<String, Object> answer(JsonNode request) {
    Map<String, Object> answer = new HashMap<>();
    try {
      answer.put(
          "answer",
          getClass().getDeclaredMethod(request.get("do").asText(), JsonNode.class).invoke(this, request));
    } catch (ReflectiveOperationException failure) {
      Throwable cause = failure;
      while (cause instanceof InvocationTargetException || cause instanceof ExecutionException) {
        cause = cause.getCause();
      }
      answer.put("error", cause.getClass().getSimpleName());
      answer.put("message", String.valueOf(cause.getMessage()));
    }
    return answer;
  }

  // ---- Opening and closing ----------------------------------------------------------------------

  Object openProducer(JsonNode request) {
    producers.put(name(request), new KafkaProducer<>(config(request), new StringSerializer(), new StringSerializer()));
    return null;
  }

  Object openConsumer(JsonNode request) {
    consumers.put(
        name(request), new KafkaConsumer<>(config(request), new StringDeserializer(), new StringDeserializer()));
    return null;
  }

  Object openAdmin(JsonNode request) {
    admins.put(name(request), Admin.create(config(request)));
    return null;
  }

  Object close(JsonNode request) {
    String name = name(request);
    if (producers.containsKey(name)) {
      producers.remove(name).close(Duration.ofSeconds(10));
    } else if (consumers.containsKey(name)) {
      consumers.remove(name).close();
    } else {
      admins.remove(name).close(Duration.ofSeconds(10));
    }
    return null;
  }

  // ---- Producing --------------------------------------------------------------------------------

  /** Sends [partition, key, value, [[header, value]...]] each; answers their offsets once all are acknowledged. */
  Object send(JsonNode request) throws Exception {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    for (JsonNode record : request.get("records")) {
      ProducerRecord<String, String> wanted =
          new ProducerRecord<>(
              request.get("topic").asText(), record.get(0).asInt(), text(record.get(1)), text(record.get(2)));
      for (JsonNode header : record.get(3)) {
        wanted.headers().add(header.get(0).asText(), header.get(1).asText().getBytes(StandardCharsets.UTF_8));
      }
      sent.add(producer(request).send(wanted));
    }
    List<Long> offsets = new ArrayList<>();
    for (Future<RecordMetadata> one : sent) {
      offsets.add(one.get().offset());
    }
    return offsets;
  }

  Object initTransactions(JsonNode request) {
    producer(request).initTransactions();
    return null;
  }

  Object beginTransaction(JsonNode request) {
    producer(request).beginTransaction();
    return null;
  }

  Object commitTransaction(JsonNode request) {
    producer(request).commitTransaction();
    return null;
  }

  Object abortTransaction(JsonNode request) {
    producer(request).abortTransaction();
    return null;
  }

  Object sendOffsetsToTransaction(JsonNode request) {
    Consumer<String, String> consumer = consumers.get(request.get("consumer").asText());
    producer(request).sendOffsetsToTransaction(offsets(request), consumer.groupMetadata());
    return null;
  }

  // ---- Consuming --------------------------------------------------------------------------------

  Object assign(JsonNode request) {
    consumer(request).assign(offsets(request).keySet());
    consumer(request).seekToBeginning(offsets(request).keySet());
    return null;
  }

  Object subscribe(JsonNode request) {
    consumer(request).subscribe(texts(request.get("topics")));
    return null;
  }

  /** By an expression that the client resolves. */
  Object subscribeByPattern(JsonNode request) {
    consumer(request).subscribe(Pattern.compile(request.get("pattern").asText()));
    return null;
  }

  /** By an expression that the broker resolves; since 4.0. */
  Object subscribeByBrokersPattern(JsonNode request) throws ReflectiveOperationException {
    Class<?> type = Class.forName("org.apache.kafka.clients.consumer.SubscriptionPattern");
    Object pattern = type.getConstructor(String.class).newInstance(request.get("pattern").asText());
    Consumer.class.getMethod("subscribe", type).invoke(consumer(request), pattern);
    return null;
  }

  /** One poll: what is assigned after it, and the records as [topic, partition, offset, key, value, headers]. */
  Object poll(JsonNode request) {
    List<Object> records = new ArrayList<>();
    for (ConsumerRecord<String, String> record : consumer(request).poll(Duration.ofMillis(50))) {
      List<List<String>> headers = new ArrayList<>();
      for (Header header : record.headers()) {
        headers.add(List.of(header.key(), new String(header.value(), StandardCharsets.UTF_8)));
      }
      List<Object> told = new ArrayList<>();
      told.add(record.topic());
      told.add(record.partition());
      told.add(record.offset());
      told.add(record.key());
      told.add(record.value());
      told.add(headers);
      records.add(told);
    }
    return Map.of("assigned", told(consumer(request).assignment()), "records", records);
  }

  Object endOffsets(JsonNode request) {
    return told(consumer(request).endOffsets(offsets(request).keySet()));
  }

  Object positions(JsonNode request) {
    Map<TopicPartition, Long> found = new HashMap<>();
    offsets(request).keySet().forEach(partition -> found.put(partition, consumer(request).position(partition)));
    return told(found);
  }

  Object commit(JsonNode request) {
    consumer(request).commitSync(offsets(request));
    return null;
  }

  Object committed(JsonNode request) {
    Map<TopicPartition, Long> found = new HashMap<>();
    consumer(request)
        .committed(offsets(request).keySet())
        .forEach((partition, offset) -> found.put(partition, offset == null ? -1 : offset.offset()));
    return told(found);
  }

  // ---- Administration ---------------------------------------------------------------------------

  Object createTopic(JsonNode request) throws Exception {
    Map<String, String> configs = JSON.convertValue(request.get("configs"), Map.class);
    NewTopic topic = new NewTopic(request.get("topic").asText(), request.get("partitions").asInt(), (short) 1);
    admin(request).createTopics(List.of(topic.configs(configs))).all().get();
    return null;
  }

  Object deleteTopic(JsonNode request) throws Exception {
    admin(request).deleteTopics(List.of(request.get("topic").asText())).all().get();
    return null;
  }

  Object listTopics(JsonNode request) throws Exception {
    return admin(request).listTopics().names().get();
  }

  /** The leader of each partition. */
  @SuppressWarnings("unchecked")
  Object describeTopic(JsonNode request) throws Exception {
    String topic = request.get("topic").asText();
    DescribeTopicsResult result = admin(request).describeTopics(List.of(topic));
    KafkaFuture<Map<String, TopicDescription>> all =
        (KafkaFuture<Map<String, TopicDescription>>) callFirst(result, "allTopicNames", "all");
    Map<Integer, Integer> leaders = new TreeMap<>();
    all.get().get(topic).partitions().forEach(p -> leaders.put(p.partition(), p.leader().id()));
    return leaders;
  }

  Object alterTopic(JsonNode request) throws Exception {
    List<AlterConfigOp> changes = new ArrayList<>();
    for (JsonNode change : request.get("changes")) {
      changes.add(
          new AlterConfigOp(
              new ConfigEntry(change.get(0).asText(), text(change.get(2))),
              AlterConfigOp.OpType.valueOf(change.get(1).asText())));
    }
    Map<ConfigResource, Collection<AlterConfigOp>> wanted = Map.of(topicResource(request), changes);
    admin(request).incrementalAlterConfigs(wanted).all().get();
    return null;
  }

  /** [value, source] of each key of a topic. */
  Object describeConfigs(JsonNode request) throws Exception {
    Map<String, List<String>> values = new TreeMap<>();
    ConfigResource topic = topicResource(request);
    for (ConfigEntry entry : admin(request).describeConfigs(List.of(topic)).all().get().get(topic).entries()) {
      values.put(entry.name(), List.of(entry.value(), entry.source().name()));
    }
    return values;
  }

  Object listGroups(JsonNode request) throws Exception {
    List<String> ids = new ArrayList<>();
    for (ConsumerGroupListing group : admin(request).listConsumerGroups().all().get()) {
      ids.add(group.groupId());
    }
    return ids;
  }

  Object describeGroup(JsonNode request) throws Exception {
    String group = request.get("group").asText();
    ConsumerGroupDescription found =
        admin(request).describeConsumerGroups(List.of(group)).all().get().get(group);
    List<Object> members = new ArrayList<>();
    found
        .members()
        .forEach(
            m ->
                members.add(
                    Map.of(
                        "instance", m.groupInstanceId().orElse(""),
                        "assigned", told(m.assignment().topicPartitions()))));
    return Map.of(
        "state", found.state().toString(), "assignor", found.partitionAssignor(), "members", members);
  }

  Object groupOffsets(JsonNode request) throws Exception {
    Map<TopicPartition, Long> found = new HashMap<>();
    admin(request)
        .listConsumerGroupOffsets(request.get("group").asText())
        .partitionsToOffsetAndMetadata()
        .get()
        .forEach((partition, offset) -> found.put(partition, offset.offset()));
    return told(found);
  }

  Object deleteGroup(JsonNode request) throws Exception {
    admin(request).deleteConsumerGroups(List.of(request.get("group").asText())).all().get();
    return null;
  }

  // ---- What requests are made of ----------------------------------------------------------------

  static String name(JsonNode request) {
    return request.get("name").asText();
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> config(JsonNode request) {
    return JSON.convertValue(request.get("config"), Map.class);
  }

  Producer<String, String> producer(JsonNode request) {
    return producers.get(name(request));
  }

  Consumer<String, String> consumer(JsonNode request) {
    return consumers.get(name(request));
  }

  Admin admin(JsonNode request) {
    return admins.get(name(request));
  }

  static ConfigResource topicResource(JsonNode request) {
    return new ConfigResource(ConfigResource.Type.TOPIC, request.get("topic").asText());
  }

  static String text(JsonNode value) {
    return value.isNull() ? null : value.asText();
  }

  static List<String> texts(JsonNode values) {
    List<String> found = new ArrayList<>();
    values.forEach(value -> found.add(value.asText()));
    return found;
  }

  /** The partitions of a request, [topic, partition, offset] each; the offset may be missing. */
  static Map<TopicPartition, OffsetAndMetadata> offsets(JsonNode request) {
    Map<TopicPartition, OffsetAndMetadata> found = new HashMap<>();
    for (JsonNode one : request.get("partitions")) {
      found.put(
          new TopicPartition(one.get(0).asText(), one.get(1).asInt()),
          new OffsetAndMetadata(one.has(2) ? one.get(2).asLong() : 0));
    }
    return found;
  }

  static List<Object> told(Set<TopicPartition> partitions) {
    List<Object> found = new ArrayList<>();
    partitions.forEach(partition -> found.add(List.of(partition.topic(), partition.partition())));
    return found;
  }

  static List<Object> told(Map<TopicPartition, Long> offsets) {
    List<Object> found = new ArrayList<>();
    offsets.forEach(
        (partition, offset) -> found.add(List.of(partition.topic(), partition.partition(), offset)));
    return found;
  }

  /** The first of these methods that this version of the clients has. */
  static Object callFirst(Object target, String... methods) throws ReflectiveOperationException {
    for (String method : methods) {
      try {
        return target.getClass().getMethod(method).invoke(target);
      } catch (NoSuchMethodException older) {
        // The next one is tried.
      }
    }
    throw new NoSuchMethodException(String.join(", ", methods));
  }
}
