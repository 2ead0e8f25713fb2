// Avro schemas as Apache Avro's Java library writes them: reads canonical.json and writes it again with each case's
// "canonical" made anew.
//
//   java -cp avro-1.12.1.jar:jackson-core.jar:jackson-databind.jar:jackson-annotations.jar:slf4j-api.jar MakeCanonical.java canonical.json

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.NameValidator;
import org.apache.avro.Schema;

public class MakeCanonical {
  public static void main(String[] arguments) throws Exception {
    List<String> lines = new ArrayList<>();
    for (JsonNode each : new ObjectMapper().readTree(new File(arguments[0]))) {
      Schema.Parser parser = new Schema.Parser(NameValidator.STRICT_VALIDATOR);
      List<Schema> references = new ArrayList<>();
      if (each.has("references")) {
        for (JsonNode reference : each.get("references")) references.add(parser.parse(reference.toString()));
      }
      Schema schema = parser.parse(each.get("schema").textValue());
      ((ObjectNode) each).put("canonical", schema.toString(references, false));
      lines.add(each.toString());
    }
    System.out.println("[\n" + String.join(",\n", lines) + "\n]");
  }
}
