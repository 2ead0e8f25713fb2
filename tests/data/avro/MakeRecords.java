// Avro records in binary, by Apache Avro's Java library: reads records.json and writes it again with each case's "hex" made
// anew from its "json", which is in Avro's JSON encoding.
//
//   java -cp avro-1.12.1.jar:jackson-core.jar:jackson-databind.jar:jackson-annotations.jar:slf4j-api.jar MakeRecords.java records.json

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

public class MakeRecords {
  public static void main(String[] arguments) throws Exception {
    List<String> lines = new ArrayList<>();
    for (JsonNode each : new ObjectMapper().readTree(new File(arguments[0]))) {
      Schema schema = new Schema.Parser().parse(each.get("schema").toString());
      Object value = new GenericDatumReader<>(schema)
          .read(null, DecoderFactory.get().jsonDecoder(schema, each.get("json").textValue()));
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
      new GenericDatumWriter<>(schema).write(value, encoder);
      encoder.flush();
      ((ObjectNode) each).put("hex", HexFormat.of().formatHex(bytes.toByteArray()));
      lines.add(each.toString());
    }
    System.out.println("[\n" + String.join(",\n", lines) + "\n]");
  }
}
