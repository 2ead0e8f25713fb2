import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.avro.AvroSchema;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import org.apache.flink.avro.shaded.org.apache.avro.Schema;
import org.apache.flink.avro.shaded.org.apache.avro.generic.GenericData;
import org.apache.flink.avro.shaded.org.apache.avro.generic.GenericRecord;
import org.apache.flink.formats.avro.registry.confluent.ConfluentRegistryAvroDeserializationSchema;
import org.apache.flink.formats.avro.registry.confluent.ConfluentRegistryAvroSerializationSchema;

/**
 * Does with Confluent's Java client and Flink's serializers, as Flink ships both, what it is told.
 *
 * <p>Each line on stdin is {"do": METHOD, "registry": URL, "subject": ..., "schema": ...}, with a method of this class; each
 * answer is one line {"answer": ...} or {"error": CLASS, "message": TEXT}. Records are users, in JSON, or base64.
 */
public class RegistryRunner {
  static final ObjectMapper JSON = new ObjectMapper();

  interface Operation {
    Object carryOut(JsonNode request) throws Exception;
  }

  static final Map<String, Operation> OPERATIONS =
      Map.of(
          "encode", RegistryRunner::encode,
          "decode", RegistryRunner::decode,
          "administer", RegistryRunner::administer);

  public static void main(String[] unused) throws Exception {
    PrintStream answers = System.out;
    System.setOut(System.err);
    BufferedReader requests =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = requests.readLine(); line != null; line = requests.readLine()) {
      answers.println(JSON.writeValueAsString(answer(JSON.readTree(line))));
      answers.flush();
    }
  }

  static Map<String, Object> answer(JsonNode request) {
    try {
      return Map.of("answer", OPERATIONS.get(request.get("do").asText()).carryOut(request));
    } catch (Exception failed) {
      return Map.of("error", failed.getClass().getSimpleName(), "message", String.valueOf(failed));
    }
  }

  static SchemaRegistryClient client(JsonNode request) {
    return new CachedSchemaRegistryClient(request.get("registry").asText(), 100);
  }

  static Schema schema(JsonNode request) {
    return new Schema.Parser().parse(request.get("schema").asText());
  }

  /** Registers, looks up, and lets Flink write one record. */
  static Object encode(JsonNode request) throws Exception {
    String subject = request.get("subject").asText();
    AvroSchema schema = new AvroSchema(request.get("schema").asText());
    int id = client(request).register(subject, schema);
    int lookedUp = client(request).getId(subject, schema);
    int latest = client(request).getLatestSchemaMetadata(subject).getId();
    GenericRecord user = new GenericData.Record(schema(request));
    user.put("id", request.get("user").get("id").asLong());
    user.put("name", request.get("user").get("name").asText());
    byte[] data =
        ConfluentRegistryAvroSerializationSchema.forGeneric(
                subject, schema(request), request.get("registry").asText())
            .serialize(user);
    return Map.of(
        "id", id,
        "looked_up", List.of(lookedUp, latest),
        "data", Base64.getEncoder().encodeToString(data));
  }

  /** What Flink reads, by the writer's schema from the registry and the reader's of the request. */
  static Object decode(JsonNode request) throws Exception {
    var reader =
        ConfluentRegistryAvroDeserializationSchema.forGeneric(
            schema(request), request.get("registry").asText());
    List<Object> users = new ArrayList<>();
    for (JsonNode data : request.get("data")) {
      GenericRecord user = reader.deserialize(Base64.getDecoder().decode(data.asText()));
      users.add(Map.of("id", user.get("id"), "name", user.get("name").toString()));
    }
    return Map.of("users", users);
  }

  /** What else Confluent's client has calls for. */
  static Object administer(JsonNode request) throws Exception {
    SchemaRegistryClient client = client(request);
    String subject = request.get("subject").asText();
    AvroSchema schema = new AvroSchema(request.get("schema").asText());
    AvroSchema other = new AvroSchema("\"string\"");
    int id = client.register(subject, schema);
    boolean fits = client.testCompatibility(subject, other);
    int refusal = 0;
    try {
      client.register(subject, other);
    } catch (RestClientException refused) {
      refusal = refused.getErrorCode();
    }
    String level = client.updateCompatibility(subject, "NONE");
    int otherId = client.register(subject, other);
    return Map.of(
        "fits", fits,
        "refusal", refusal,
        "level", List.of(level, client.getCompatibility(subject)),
        "versions", client.getAllVersions(subject),
        "text", client.getSchemaById(id).canonicalString(),
        "subjects", client.getAllSubjectsById(otherId),
        "deleted", client.deleteSubject(subject),
        "left", client.getAllSubjects().contains(subject));
  }
}
